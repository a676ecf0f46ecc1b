#!/usr/bin/env bash
# shells, AsyncAPI documents and data models of all examples, by other readers
# Administration shells by aas-core3.1 with the constraints of the metamodel; AsyncAPI documents by the schema of the AsyncAPI
# initiative; data models by the metaschema of JSON Schema 2020-12.
set -euo pipefail
cd "$(dirname "$0")/../.."

tool=${CARGO_TARGET_DIR:-target}/interchange
if ! "$tool/bin/python" -c 'import aas_core3_1, jsonschema' >/dev/null 2>&1; then
  if ! { python3 -m venv "$tool" && "$tool/bin/pip" install --quiet --disable-pip-version-check aas-core3-1==1.0.0 jsonschema==4.26.0; }; then
    echo "SKIPPED: aas-core3-1 and jsonschema cannot be installed"
    exit 0
  fi
fi
asyncapi=$tool/node_modules/@asyncapi/specs/schemas/3.1.0.json
if [ ! -f "$asyncapi" ]; then
  if ! { command -v npm >/dev/null && npm install --silent --no-audit --no-fund --prefix "$tool" @asyncapi/specs@6.11.1 >/dev/null; }; then
    echo "SKIPPED: the schema of AsyncAPI cannot be installed; the rest is read"
    asyncapi=
  fi
fi
"$tool/bin/python" .ci/suites/interchange.py "$asyncapi" examples/*/golden
