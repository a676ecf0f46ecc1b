#!/usr/bin/env bash
# Adds ivs to Helix: the language, its server, its grammar and queries. Needs `hx` and a C compiler.
#
#   editors/helix/install.sh [FOLDER]      FOLDER: ~/.config/helix unless given
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
grammar=$(cd "$here/../tree-sitter-ivs" && pwd)
to=${1:-${XDG_CONFIG_HOME:-$HOME/.config}/helix}
mkdir -p "$to/runtime/queries/ivs" "$to/runtime/grammars"
cp "$here"/queries/ivs/*.scm "$grammar/queries/tags.scm" "$to/runtime/queries/ivs/"
if grep -qs '^name = "ivs"' "$to/languages.toml"; then
  echo "$to/languages.toml has ivs already; it is left as it is" >&2
else
  sed "s|@GRAMMAR@|$grammar|" "$here/languages.toml" >>"$to/languages.toml"
fi
# `hx --grammar build` would fetch and build those of every other language, too.
cc -shared -fPIC -O2 -I "$grammar/src" "$grammar/src/parser.c" "$grammar/src/scanner.c" -o "$to/runtime/grammars/ivs.so"
echo "$to"
