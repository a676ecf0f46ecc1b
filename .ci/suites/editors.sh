#!/usr/bin/env bash
# grammars over every source; VS Code with the package, Neovim, Helix, Emacs and a browser drive the language server
# Installs what is missing: Debian packages (neovim, emacs-nox with eglot, chromium) as root, npm and Python packages
# below the build folder. Whatever cannot be had fails the suite, unless IVS_EDITORS names the parts that are wanted:
#   IVS_EDITORS="table textmate tree-sitter vscode code neovim helix emacs playground"
# Helix is in no Debian package: it is driven where `hx` is on the PATH, or named by IVS_HX.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
wanted=" ${IVS_EDITORS:-table textmate tree-sitter vscode code neovim helix emacs playground} "
wants() { [[ $wanted == *" $1 "* ]]; }

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
kept=$target/editors
mkdir -p "$kept"
ivs=$target/release/ivs
[ -x "$ivs" ] || ivs=$target/debug/ivs
[ -x "$ivs" ] || { cargo build --locked --quiet; ivs=$target/debug/ivs; }
export IVS=$ivs

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch/home npm_config_cache=$kept/npm npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false
mkdir -p "$HOME"

failed=()
part() {
  local name=$1 start=$SECONDS
  shift
  wants "$name" || { echo "--- not asked for: $name"; return 0; }
  echo "--- $name"
  if ("$@"); then
    echo "--- done: $name, $((SECONDS - start)) s"
  else
    echo "--- FAILED: $name" >&2
    failed+=("$name")
  fi
}

# --- what is needed
packages=()
need() { command -v "$1" >/dev/null || packages+=("$2"); }
need cc gcc
wants neovim && need nvim neovim
hx=${IVS_HX:-$(command -v hx || true)}
wants helix && [ -n "$hx" ] && need tmux tmux
wants emacs && need emacs emacs-nox
{ wants playground || wants code; } && need chromium chromium
if [ ${#packages[@]} -gt 0 ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
eglot() { emacs -q --no-site-file --batch --eval '(progn (package-initialize) (kill-emacs (if (locate-library "eglot") 0 1)))' 2>/dev/null; }
if wants emacs && ! eglot && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  # Part of Emacs from 29 on.
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends elpa-eglot >/dev/null
fi

# What npm installs for a folder is kept as long as its lock is the same.
modules() {
  local sum
  sum=$(sha256sum package-lock.json)
  if [ ! -e node_modules/.ivs ] || [ "$(cat node_modules/.ivs)" != "$sum" ]; then
    npm ci --silent
    echo "$sum" >node_modules/.ivs
  fi
}

textmate() {
  cd editors/textmate && modules && npm test --silent >"$scratch/textmate" 2>&1 || { grep -vE '^(ok|    ok|# Subtest)' "$scratch/textmate" >&2; return 1; }
  grep -E '^# (pass|fail)' "$scratch/textmate"
}

tree_sitter() {
  local venv=$kept/tree-sitter
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check -r editors/tree-sitter-ivs/test/requirements.txt
  "$venv/bin/python" editors/tree-sitter-ivs/test/check.py
}

vscode() {
  cd editors/vscode && modules && npm test --silent >"$scratch/vscode" 2>&1 || { cat "$scratch/vscode" >&2; return 1; }
  grep -E '^# (pass|fail|skipped)' "$scratch/vscode"
  npm run --silent package >"$scratch/vsce" 2>&1 || { cat "$scratch/vsce" >&2; return 1; }
  grep DONE "$scratch/vsce"
}

# VS Code itself: the workbench of its server (npm's code-server carries it), in a browser without a window.
code() {
  cd editors/vscode && modules
  [ -e ivs.vsix ] || npm run --silent package >/dev/null 2>&1
  local work
  work=$(cd "$root" && package code)
  cd code
  local sum
  sum=$(sha256sum package-lock.json)
  if [ ! -e node_modules/.ivs ] || [ "$(cat node_modules/.ivs)" != "$sum" ]; then
    # Nothing is compiled: without its native parts VS Code has no terminal and writes no log of its own.
    npm ci --silent --ignore-scripts
    echo "$sum" >node_modules/.ivs
  fi
  CHROMIUM=$(command -v chromium) timeout 600 node drive.mjs ../ivs.vsix "$work"
}

package() {
  rm -rf "$scratch/$1"
  cp -r editors/test/package "$scratch/$1"
  echo "$scratch/$1"
}

neovim() {
  local run=(-l editors/neovim/test/drive.lua)
  # Before 0.9 there is no -l.
  nvim --version | head -n 1 | grep -qE 'v0\.[0-8]\.' && run=(-S editors/neovim/test/drive.lua)
  nvim --version | head -n 1
  XDG_DATA_HOME=$scratch/data editors/neovim/install.sh "$scratch/nvim" >/dev/null
  ivs=$ivs work=$(package neovim) plugin=$scratch/nvim timeout 300 nvim --headless -u NONE -i NONE "${run[@]}"
}

helix() {
  if [ -z "$hx" ]; then
    echo "=== SKIPPED: Helix (no hx on the PATH, and IVS_HX names none)"
    return 0
  fi
  "$hx" --version
  # Where the languages are is told by HOME, which is the suite's own.
  PATH=$(dirname "$ivs"):$PATH editors/helix/install.sh >/dev/null
  PATH=$(dirname "$ivs"):$PATH "$hx" --health ivs >"$scratch/health" 2>&1
  grep -c '✓' "$scratch/health" | grep -qx 7 || { cat "$scratch/health" >&2; return 1; }
  ivs=$ivs hx=$hx work=$(package helix) timeout 300 python3 editors/helix/test/drive.py
}

emacs_eglot() {
  emacs --version | head -n 1
  emacs -q --no-site-file --batch -L editors/emacs -l editors/emacs/ivs-mode.el -l editors/emacs/test/mode.el -f ert-run-tests-batch-and-exit 2>&1 | grep -E 'Ran|FAILED|unexpected'
  emacs -q --no-site-file --batch -L editors/emacs --eval '(setq byte-compile-error-on-warn t)' --eval "(setq byte-compile-dest-file-function (lambda (_) \"$scratch/ivs-mode.elc\"))" -f batch-byte-compile editors/emacs/ivs-mode.el
  ivs=$ivs work=$(package emacs) timeout 300 emacs -q --no-site-file --batch -L editors/emacs -l editors/emacs/test/drive.el
}

playground() {
  cd playground/page && modules
  npm run --silent check
  node build.mjs --check
  CHROMIUM=$(command -v chromium) timeout 600 node --test test/ >"$scratch/playground" 2>&1 || { cat "$scratch/playground" >&2; return 1; }
  grep -E '^# (pass|fail|skipped)' "$scratch/playground"
}

part table python3 editors/test/capabilities.py "$ivs"
part textmate textmate
part tree-sitter tree_sitter
part vscode vscode
part code code
part neovim neovim
part helix helix
part emacs emacs_eglot
part playground playground
[ ${#failed[@]} = 0 ] || { echo "failed: ${failed[*]}" >&2; exit 1; }
