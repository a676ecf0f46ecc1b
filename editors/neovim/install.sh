#!/usr/bin/env bash
# Installs the plugin, with its parser where there is a C compiler, as a package of Neovim.
#
#   editors/neovim/install.sh [FOLDER]     FOLDER: ~/.local/share/nvim/site/pack/ivs/start/ivs unless given
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
to=${1:-${XDG_DATA_HOME:-$HOME/.local/share}/nvim/site/pack/ivs/start/ivs}
grammar=$here/../tree-sitter-ivs
mkdir -p "$to/queries/ivs" "$to/parser"
cp -r "$here"/ftdetect "$here"/ftplugin "$here"/syntax "$here"/plugin "$here"/lua "$to/"
cp "$grammar"/queries/{highlights,folds,locals,indents}.scm "$to/queries/ivs/"
if command -v cc >/dev/null; then
  cc -shared -fPIC -O2 -I "$grammar/src" "$grammar/src/parser.c" "$grammar/src/scanner.c" -o "$to/parser/ivs.so"
else
  echo "no C compiler: colours come from the language server alone" >&2
fi
echo "$to"
