autocmd BufRead,BufNewFile *.ivs setfiletype ivs
