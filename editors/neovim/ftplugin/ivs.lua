-- Settings of buffers with ivs sources.
if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = true

local set = vim.opt_local
set.commentstring = "// %s"
set.comments = ":///,://!,://,s1:/*,mb:*,ex:*/"
-- `us-east-1` is one word.
set.iskeyword:append("-")
set.expandtab = true
set.shiftwidth = 2
set.softtabstop = 2
set.autoindent = true
set.smartindent = true
set.formatoptions:remove("t")
set.formatoptions:append("croql")

vim.b.undo_ftplugin =
  "setlocal commentstring< comments< iskeyword< expandtab< shiftwidth< softtabstop< autoindent< smartindent< formatoptions<"

-- Colours by tree-sitter where the parser is there (install.sh builds it).
if vim.treesitter and vim.treesitter.start then
  pcall(vim.treesitter.start)
end
