#!/bin/sh
# start.sh primary|replica: what both server containers run, as the user postgres. A replica without data copies the primary's.
set -eu
umask 077
run=/var/run/postgresql

# Compose mounts a secret with the owner and the mode that it has on the host; PostgreSQL refuses a key that others may read.
mkdir -p "$run/tls"
cp /run/secrets/server_crt "$run/tls/server.crt"
cp /run/secrets/server_key "$run/tls/server.key"
chmod 600 "$run/tls/server.key"

# The form that libpq reads: colons and backslashes in a password are escaped.
printf '*:*:*:replicator:%s\n' "$(sed 's/[\\:]/\\&/g' /run/secrets/postgres_replication_pw)" >"$run/replication.pgpass"

if [ "$1" = replica ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  rm -rf "$PGDATA" "$PGDATA.copy"
  pg_basebackup --pgdata="$PGDATA.copy" --wal-method=stream --checkpoint=fast --slot=replica --write-recovery-conf \
    --dbname="host=primary user=replicator application_name=replica passfile=$run/replication.pgpass sslmode=verify-full sslrootcert=/run/secrets/postgres_ca"
  mv "$PGDATA.copy" "$PGDATA"
fi

exec docker-entrypoint.sh postgres -c config_file=/etc/postgresql/postgresql.conf -c cluster_name="$1"
