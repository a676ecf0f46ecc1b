#!/usr/bin/env bash
# committed outputs are what the command gives
# By its own --check. And its default output folder is ignored by git, so that a clone stays clean.
set -euo pipefail
cd "$(dirname "$0")/../.."

ivs=${CARGO_TARGET_DIR:-target}/release/ivs
[ -x "$ivs" ] || cargo build --release --locked --quiet

for folder in examples/*/golden/*/; do
  package=${folder%/golden/*}
  environment=$(basename "$folder")
  if [ "$environment" = base ]; then
    "$ivs" build "$package" --out "$folder" --check
  else
    "$ivs" build "$package" --env "$environment" --out "$folder" --check
  fi
done

for package in examples/*/; do
  if [ -e .git ]; then
    git check-ignore -q "${package}out/kubernetes/kustomization.yaml" || { echo "${package}out is not ignored" >&2; exit 1; }
  fi
done
