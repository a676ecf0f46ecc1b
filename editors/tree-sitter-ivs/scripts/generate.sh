#!/usr/bin/env bash
# Writes src/parser.c from grammar.js. Needs `tree-sitter` (0.25 or newer) and Node.
# ABI 14 is what every editor of docs/editors.md reads, Debian's stable ones included.
set -euo pipefail
cd "$(dirname "$0")/.."
tree-sitter generate --abi 14
rm -f src/grammar.json
sha256sum grammar.js >src/grammar.sha256
