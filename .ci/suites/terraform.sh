#!/usr/bin/env bash
# every Terraform folder, judged by terraform itself against the providers' schemas: layout, plan, apply, an empty second plan
# Needs terraform and the checker: IVS_ORACLES names a folder with terraform/setup.sh and terraform/tfcheck.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD

oracles=${IVS_ORACLES:-../shared/oracles}
if [ ! -x "$oracles/terraform/tfcheck" ]; then
  echo "SKIPPED: no checker in $oracles/terraform (IVS_ORACLES)"
  exit 0
fi
for tool in terraform python3; do
  command -v "$tool" >/dev/null || { echo "SKIPPED: $tool is not installed"; exit 0; }
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The folder may be read-only, and setting up writes beside itself.
cp -r "$oracles/terraform" "$scratch/oracle"
chmod -R u+w "$scratch/oracle"
export IVS_ORACLE_HOME="$scratch/home"
if ! "$scratch/oracle/setup.sh" >"$scratch/setup.log" 2>&1; then
  echo "SKIPPED: the checker cannot be set up: $(tail -n 1 "$scratch/setup.log")"
  exit 0
fi

ivs=${CARGO_TARGET_DIR:-target}/release/ivs
[ -x "$ivs" ] || ivs=${CARGO_TARGET_DIR:-target}/debug/ivs
[ -x "$ivs" ] || cargo build --locked --quiet
ivs=$(realpath "$ivs")

# What is committed, and what the corpus becomes in each of its environments, in both syntaxes.
folders=()
while IFS= read -r folder; do folders+=("$folder"); done < <(find examples/*/golden -mindepth 2 -maxdepth 4 -type d -path '*/terraform/*' | sort)
for package in tests/terraform/*/; do
  name=$(basename "$package")
  for format in hcl json; do
    cp -r "$package" "$scratch/$name-$format"
    printf '\n[targets.terraform]\nformat = "%s"\n' "$format" >>"$scratch/$name-$format/ivs.toml"
    for environment in base $(sed -n 's/^environment \([a-z0-9-]*\).*/\1/p' "$package"/*.ivs); do
      out="$scratch/out/$name-$format-$environment"
      if [ "$environment" = base ]; then
        "$ivs" build -q "$scratch/$name-$format" --out "$out"
      else
        "$ivs" build -q "$scratch/$name-$format" --env "$environment" --out "$out"
      fi
      while IFS= read -r folder; do folders+=("$folder"); done < <(find "$out/terraform" -mindepth 1 -maxdepth 1 -type d | sort)
    done
  done
done
# Sensitive variables have no default: whoever runs Terraform gives them.
export TF_VAR_kv_db_password=x
cd "$scratch"
checked=0
for folder in "${folders[@]}"; do
  case $folder in /*) ;; *) folder=$root/$folder ;; esac
  # Equal folders of several environments are judged once.
  sum=$(cd "$folder" && cat -- * | sha256sum)
  [ -e "$scratch/seen-${sum%% *}" ] && continue
  touch "$scratch/seen-${sum%% *}"
  "$IVS_ORACLE_HOME/venv/bin/python" "$scratch/oracle/tfcheck" --fmt --plan --apply "$folder"
  checked=$((checked + 1))
done
echo "$checked folders"

# What was renamed is neither made anew nor destroyed: the state of the former name, planned under the new one.
for provider in aws google azure; do
  for format in hcl json; do
    out=$scratch/out/renamed-$format
    former=$([ $provider = aws ] && echo base || echo $provider)
    while IFS= read -r folder; do
      "$IVS_ORACLE_HOME/venv/bin/python" "$root/.ci/suites/renamed.py" "$folder" "$out-named-$provider/terraform/$(basename "$folder")"
    done < <(find "$out-$former/terraform" -mindepth 1 -maxdepth 1 -type d | sort)
  done
done
