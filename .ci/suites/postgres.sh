#!/usr/bin/env bash
# emitted SQL on a real PostgreSQL: twice, and a tenant sees its rows only
# Needs initdb and postgres (Debian: postgresql), and as root a user to run them as: `nobody`. The server listens at a
# socket in a folder of its own, which is deleted at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=
for folder in /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
  [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && [ -x "$folder/pg_ctl" ] && bin=$folder
done
if [ -z "$bin" ] || ! command -v psql >/dev/null 2>&1; then
  echo "SKIPPED: no PostgreSQL server (initdb, postgres, pg_ctl, psql)"
  exit 0
fi
as=()
if [ "$(id -u)" = 0 ]; then
  if ! command -v setpriv >/dev/null 2>&1 || ! id nobody >/dev/null 2>&1; then
    echo "SKIPPED: PostgreSQL does not run as root, and there is no other user to run it as"
    exit 0
  fi
  as=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups env HOME=/ )
fi

ivs=${CARGO_TARGET_DIR:-target}/release/ivs
[ -x "$ivs" ] || ivs=${CARGO_TARGET_DIR:-target}/debug/ivs
[ -x "$ivs" ] || { cargo build --locked --quiet; ivs=${CARGO_TARGET_DIR:-target}/debug/ivs; }

scratch=$(mktemp -d /tmp/ivs-postgres.XXXXXX)
stop() {
  "${as[@]}" "$bin/pg_ctl" -D "$scratch/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$scratch"
}
trap stop EXIT
chmod 755 "$scratch"
mkdir "$scratch/data" "$scratch/socket"
[ ${#as[@]} = 0 ] || chown nobody "$scratch/data" "$scratch/socket"
chmod 700 "$scratch/data"

"${as[@]}" "$bin/initdb" -D "$scratch/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$scratch/initdb.log" 2>&1 || { cat "$scratch/initdb.log" >&2; exit 1; }
"${as[@]}" "$bin/pg_ctl" -D "$scratch/data" -w -l "$scratch/socket/log" -o "-c listen_addresses='' -c unix_socket_directories='$scratch/socket' -c fsync=off" start >/dev/null || { cat "$scratch/socket/log" >&2; exit 1; }

sql() {
  local database=$1
  shift
  psql -X -q -h "$scratch/socket" -U postgres -d "$database" -v ON_ERROR_STOP=1 "$@"
}

# --- who sees what
"$ivs" build -q tests/postgres --out "$scratch/out"
sql postgres -c 'CREATE DATABASE isolation'
for again in 1 2; do
  for script in "$scratch"/out/sql/*/*.sql; do
    sql isolation -f "$script" 2>"$scratch/notices" || { cat "$scratch/notices" >&2; exit 1; }
  done
done
sql isolation -f tests/postgres/isolation.sql
# A role that sees everything is refused.
sql isolation -c 'ALTER ROLE red BYPASSRLS'
if sql isolation -f "$scratch/out/sql/store/by-role.sql" >/dev/null 2>&1; then
  echo "a role with BYPASSRLS was taken for a tenant" >&2
  exit 1
fi

# --- what the examples commit
scripts=0
for folder in examples/*/golden/base/sql/*/; do
  [ -d "$folder" ] || continue
  name=$(tr -c 'a-z0-9\n' '_' <<<"${folder#examples/}")
  sql postgres -c "CREATE DATABASE \"$name\""
  for again in 1 2; do
    for script in "$folder"*.sql; do
      sql "$name" -f "$script" 2>"$scratch/notices" || { echo "$script" >&2; cat "$scratch/notices" >&2; exit 1; }
      scripts=$((scripts + 1))
    done
  done
  open=$(sql "$name" -At -c "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)' AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AND NOT (c.relrowsecurity AND c.relforcerowsecurity)")
  [ "$open" = 0 ] || { echo "$folder: $open tables with policies that do not count" >&2; exit 1; }
done
echo "PostgreSQL $(sql postgres -At -c 'SHOW server_version'): isolation holds; $scripts runs of the examples' scripts"
