#!/usr/bin/env bash
# what marketplaces, catalogues and browsers make of the committed outputs
# Published schemas where a package has them, image layouts unpacked, and the storefront in a browser.
# Each part that needs a tool which cannot be had here says so and is skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=$(realpath -m "${CARGO_TARGET_DIR:-target}")/marketplace-tools
mkdir -p "$tools"

# --- schemas and archives
if ! "$tools/python/bin/python" -c 'import botocore, html5lib, jsonschema, openapi_spec_validator, yaml' >/dev/null 2>&1; then
  if ! { python3 -m venv "$tools/python" && "$tools/python/bin/pip" install --quiet --disable-pip-version-check \
      botocore==1.40.50 html5lib==1.1 jsonschema==4.25.1 openapi-spec-validator==0.7.2 pyyaml==6.0.3; }; then
    echo "SKIPPED: the packages with the schemas cannot be installed"
    rm -rf "$tools/python"
  fi
fi
if [ -x "$tools/python/bin/python" ]; then
  "$tools/python/bin/python" .ci/suites/marketplace/schemas.py examples/*/golden/*/marketplace
fi

# --- the storefront, as a person meets it
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 || true
  browser=$(command -v chromium || true)
fi
if [ -z "$browser" ]; then
  echo "SKIPPED: no browser to show the storefront"
  exit 0
fi
if [ ! -f "$tools/node_modules/axe-core/axe.min.js" ] || [ ! -d "$tools/node_modules/playwright-core" ]; then
  if ! npm install --prefix "$tools" --silent --no-fund --no-audit axe-core@4.14.1 playwright-core@1.65.1 >/dev/null 2>&1; then
    echo "SKIPPED: axe-core and playwright-core cannot be installed"
    exit 0
  fi
fi
cp .ci/suites/marketplace/storefront.mjs "$tools/"
for page in examples/*/golden/*/marketplace/storefront/*.html; do
  (cd "$tools" && BROWSER="$browser" node storefront.mjs "$OLDPWD/$page")
done
