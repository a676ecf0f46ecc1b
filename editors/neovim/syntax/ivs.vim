" Colours where there is no tree-sitter parser: before Neovim 0.9, and in Vim.
if exists("b:current_syntax")
  finish
endif

syntax match ivsWord /\v<[A-Za-z_]%(\w|-\w)*/ contained
syntax match ivsField /\v%(^|[{,])\s*\zs[A-Za-z_]%(\w|-\w)*%(\s+[A-Za-z_]%(\w|-\w)*)?\ze\s*%(\=[^=]|\+\=|\{|\??\s*:)/
syntax match ivsHead /\v^%(private\s+)?%(template\s+)?\zs[A-Za-z_]%(\w|-\w|\.)*\ze\s+[A-Za-z_]%(\w|-\w)*\s*%(\{|\[|from>|for>)/
syntax match ivsItem /\v^\s*%(private\s+)?\zs%(use|kind|struct|enum|dimension|unit|type|fn|let|overlay|check|test|expect|assert)>\ze\s/
syntax match ivsStatement /\v^\s*\zs%(when|final|remove|require|fix|at|let|private|template)>\ze\s+[^={:?]/
syntax keyword ivsOperator if then else for in is and or not as matches where from by
syntax keyword ivsConstant true false none self inherited it
syntax match ivsNumber /\v[$€£]?<\d[0-9_]*%(\.\d+)?%(e\d+)?%(\/?[%µA-Za-z][A-Za-z0-9_/%]*)?/
syntax match ivsAttribute /\v\@[A-Za-z_]%(\w|-\w)*/
syntax match ivsEscape /\v\\%([nrt"\\$]|u\{\x{1,6}\})/ contained
syntax region ivsHole matchgroup=ivsEscape start=/\${/ end=/}/ contained contains=ivsString,ivsNumber,ivsOperator,ivsConstant
syntax region ivsString start=/"/ skip=/\\./ end=/"\|$/ contains=ivsEscape,ivsHole
syntax region ivsString start=/"""/ skip=/\\./ end=/"""/ contains=ivsEscape,ivsHole
syntax region ivsString start=/#"/ end=/"#/
syntax match ivsComment "//.*$" contains=@Spell
syntax region ivsComment start="/\*" end="\*/" contains=@Spell
syntax match ivsDoc "///[^/].*$" contains=@Spell
syntax match ivsDoc "//!.*$" contains=@Spell

highlight default link ivsField Identifier
highlight default link ivsHead Type
highlight default link ivsItem Keyword
highlight default link ivsStatement Keyword
highlight default link ivsOperator Operator
highlight default link ivsConstant Constant
highlight default link ivsNumber Number
highlight default link ivsAttribute PreProc
highlight default link ivsEscape SpecialChar
highlight default link ivsString String
highlight default link ivsComment Comment
highlight default link ivsDoc SpecialComment

let b:current_syntax = "ivs"
