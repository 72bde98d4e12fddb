#!/bin/sh
# Creates the shop's database on an empty volume, then becomes PostgreSQL. Runs as any user that has a name.
set -eu

version=1.0.0 # Shown at the foot of every page of the shop.
: "${PGDATA:?}" "${PGUSER:?}" "${PGPASSWORD:?}" "${PGDATABASE:?}"

# Creating the database is not worth waiting for the disk: a half-made one is thrown away.
if [ ! -f "$PGDATA/shop-is-ready" ]; then
  rm -rf "$PGDATA"
  password_file=$(mktemp)
  echo "$PGPASSWORD" >"$password_file"
  initdb --username="$PGUSER" --pwfile="$password_file" --auth=scram-sha-256 --locale=C.UTF-8 --no-sync >/dev/null
  rm "$password_file"
  # Until all tables are there, only this script can connect.
  pg_ctl start --wait --silent -o "-c listen_addresses='' -c fsync=off"
  createdb "$PGDATABASE"
  for file in /init/*.sql; do psql --quiet --set=ON_ERROR_STOP=1 --file="$file"; done
  pg_ctl stop --wait --silent --mode=fast
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  touch "$PGDATA/shop-is-ready"
fi

exec postgres \
  -c listen_addresses='*' \
  -c cluster_name="$(hostname)" \
  -c shop.version="$version" \
  -c shared_buffers=32MB \
  -c max_connections=40 \
  -c jit=off
