#!/usr/bin/env bash
# kubectl and kubernetes-validate read every committed output
# `kubectl kustomize` every folder, the other every object of a kind of Kubernetes itself.
#
# Where kubectl is missing, tests/outputs/kustomize.tsv stands for it: what it made of these very bytes.
# `--update` writes that record anew, and needs kubectl.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C

record=tests/outputs/kustomize.tsv
update=${1:-}

# The sum over all files below a folder.
sum_of() {
  (cd "$1" && find . -type f -name '*.yaml' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

folders=$(find examples/*/golden -name kustomization.yaml -printf '%h\n' | sort)
now=$(mktemp)
trap 'rm -f "$now"' EXIT

if command -v kubectl >/dev/null 2>&1; then
  version=$(kubectl version --client | sed -n 's/^Kustomize Version: //p')
  printf '# What `kubectl kustomize` (kustomize %s) gives: folder, its files, its output, objects.\n' "$version" >"$now"
  for folder in $folders; do
    objects=$(kubectl kustomize "$folder")
    # Each object is there, none twice.
    count=$(grep -c '^kind: ' <<<"$objects")
    wanted=$(find "$folder" -name '*.yaml' ! -name kustomization.yaml -exec cat {} + | grep -c '^kind: ')
    [ "$count" = "$wanted" ] || { echo "$folder: $count objects instead of $wanted" >&2; exit 1; }
    printf '%s\t%s\t%s\t%s\n' "$folder" "$(sum_of "$folder")" "$(sha256sum <<<"$objects" | cut -d' ' -f1)" "$count" >>"$now"
  done
  if [ "$update" = --update ]; then
    cp "$now" "$record"
  elif [ "$(head -n1 "$record")" = "$(head -n1 "$now")" ]; then
    diff "$record" "$now" || { echo "$record is of other outputs: .ci/suites/kubernetes.sh --update" >&2; exit 1; }
  else
    # Another kustomize may lay its output out otherwise; folders, their files and the objects are the same.
    diff <(grep -v '^#' "$record" | cut -f1,2,4) <(grep -v '^#' "$now" | cut -f1,2,4) ||
      { echo "$record is of other outputs: .ci/suites/kubernetes.sh --update" >&2; exit 1; }
  fi
  echo "kubectl kustomize: $(wc -w <<<"$folders") folders"
else
  for folder in $folders; do
    printf '%s\t%s\n' "$folder" "$(sum_of "$folder")" >>"$now"
  done
  diff <(grep -v '^#' "$record" | cut -f1,2) "$now" ||
    { echo "$record is of other outputs, and there is no kubectl to read these" >&2; exit 1; }
  echo "SKIPPED: no kubectl; it has read these $(wc -w <<<"$folders") folders before ($record)"
fi

# --- every object by the schemas of Kubernetes 1.36
tool=${CARGO_TARGET_DIR:-target}/kubernetes-validate
if ! "$tool/bin/kubernetes-validate" --version >/dev/null 2>&1; then
  if ! { python3 -m venv "$tool" && "$tool/bin/pip" install --quiet --disable-pip-version-check kubernetes-validate==1.37.0; }; then
    echo "SKIPPED: kubernetes-validate cannot be installed"
    exit 0
  fi
fi
"$tool/bin/python" .ci/suites/strict.py 1.36.0 examples/*/golden
