#!/usr/bin/env bash
# restore_volume.sh [--to MOMENT] [other options of `storeproc restore`]
#
# The service point-in-time of docker-compose.yml: it restores the database to a moment (without --to: the latest state),
# in place of the one in the volume. The store is stopped meanwhile:
#   docker compose stop
#   docker compose run --rm point-in-time --to 2026-11-21T09:30:00Z
#   docker compose up --detach
# Nothing is replaced unless every check has passed. What was there stays beside it, as 18/docker.before-TIME.

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

volume=${DATABASE_VOLUME:-/database}
cluster=$volume/18/docker  # where PostgreSQL's image has it
draft=$volume/restoring
password=${POSTGRES_PASSWORD_FILE:?restore_volume.sh: set POSTGRES_PASSWORD_FILE to the file of the administrator\'s password.}
host=${DATABASE_HOST:-database} port=${DATABASE_PORT:-5432}

case ${1:-} in -h | --help) usage; exit 0 ;; esac
unset DATABASE_URL
[[ -r $password ]] || fail "$password cannot be read."
# A server in another container would go on writing into the files that are moved away here.
if timeout 3 bash -c "exec 3<>/dev/tcp/$host/$port" 2>/dev/null; then
    fail "the database is running: docker compose stop"
fi

rm -rf "$draft"  # of a restore that was interrupted
trap 'rm -rf "$draft"' EXIT
STOREPROC_DATA=$draft storeproc restore "$@" --into "$draft"

# This server is not yet the shop's: it must not take the new timeline's first files for archived (without a folder of
# backups the embedded server's archive_command is `true`), nor obey what ALTER SYSTEM has set for the other one.
altered=$draft/postgres/postgresql.auto.conf
cp -p "$altered" "$draft/altered.conf"
echo "archive_command = ''" >"$altered"

# The password of the backup is the one of that day. Its verifier goes to the server, nothing into an argument.
# shellcheck disable=SC2016  # psql runs it
printf '%s\n' '\set password `cat "$POSTGRES_PASSWORD_FILE"`' "ALTER ROLE postgres PASSWORD :'password';" |
    STOREPROC_DATA=$draft POSTGRES_PASSWORD_FILE=$password storeproc psql -X --quiet --set=ON_ERROR_STOP=1 --file=- ||
    fail "the administrator's password cannot be set. Nothing was replaced."
mv "$draft/altered.conf" "$altered"
[[ ! -e $draft/postgres/postmaster.pid ]] || fail "the restored server did not stop. Nothing was replaced."

before=
if [[ -e $cluster ]]; then
    before=$cluster.before-$(date -u +%Y%m%dT%H%M%SZ)
    mv "$cluster" "$before"
fi
mkdir -p "$(dirname "$cluster")"
mv "$draft/postgres" "$cluster" || {
    [[ -z $before ]] || mv "$before" "$cluster"
    fail "the restored database cannot take its place. Nothing was replaced."
}
sync "$volume"
say "restored; next: docker compose up --detach"
[[ -z $before ]] || say "the previous database is in the volume, in 18/$(basename "$before"): remove it when you no longer need it"
