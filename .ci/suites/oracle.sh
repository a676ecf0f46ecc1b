#!/usr/bin/env bash
# every committed object, judged by an API server's definitions
# Schemas, unknown fields, CEL rules, and rules that a server has in code.
# Needs definitions: IVS_ORACLES names a folder with kubernetes/openapi and kubernetes/crds.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ ! -d "${IVS_ORACLES:-../shared/oracles}/kubernetes" ]; then
  echo "SKIPPED: no definitions in ${IVS_ORACLES:-../shared/oracles} (IVS_ORACLES)"
  exit 0
fi
IVS_ORACLES=$(realpath "${IVS_ORACLES:-../shared/oracles}")
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")/oracle
export IVS_ORACLES CARGO_TARGET_DIR
manifest=tests/oracle/Cargo.toml

cargo fmt --manifest-path "$manifest" --check
cargo clippy --manifest-path "$manifest" --locked --quiet --all-targets -- -D warnings
cargo test --manifest-path "$manifest" --locked --quiet
cargo run --manifest-path "$manifest" --locked --quiet -- examples/*/golden/*/{kubernetes,delivery}
