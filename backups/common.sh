# shellcheck shell=bash
# Shared by the scripts of this folder: messages, and how to find the database. Sourced, never run.

set -euo pipefail
umask 077  # files are readable by their owner only

started=$SECONDS
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf '%4d s  %s\n' $((SECONDS - started)) "$*"; }

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# The comment at the top of a script is its help.
usage() { sed -n '2,/^$/{s/^# \{0,1\}//p;}' "$0"; }

# The storeproc command, which knows where the database is.
find_storeproc() {
    local candidate
    for candidate in "$(command -v storeproc || true)" "$here/../.venv/bin/storeproc"; do
        if [[ -x $candidate ]]; then
            echo "$candidate"
            return
        fi
    done
    fail "the command storeproc is not found: run \`make up\` once, or set PGHOST, PGUSER, PGDATABASE and PGPASSFILE."
}

# Restart the script inside `storeproc run`, which sets libpq's variables for the database (never an argument, which
# other users can see). Not if they are already set: a PostgreSQL container has no storeproc and needs none.
enter_database() {
    if [[ -z ${STOREPROC_RUN:-} && ( -n ${DATABASE_URL:-} || -z ${PGHOST:-}${PGSERVICE:-} ) ]]; then
        local storeproc
        storeproc=$(find_storeproc)
        exec "$storeproc" run "$0" "$@"
    fi
    local program
    for program in psql pg_dump pg_restore; do
        command -v "$program" >/dev/null || fail "$program is not found: install PostgreSQL's client programs."
    done
    export PGCONNECT_TIMEOUT=${PGCONNECT_TIMEOUT:-10} PGAPPNAME
    PGAPPNAME="storeproc $(basename "$0")"
    unset DATABASE_URL
}

# One value from a database: ask NAME QUERY [psql's arguments]. A server error ends the script with the server's
# message.
ask() {
    local database=$1 query=$2
    shift 2
    psql --no-psqlrc --no-password --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@" --dbname="dbname='${database//\'/\\\'}'" --file=- <<<"$query"
}

# Print the size of a folder every few seconds while a process runs.
watch_size() {
    local process=$1 folder=$2 waited=0
    while kill -0 "$process" 2>/dev/null; do
        sleep 0.2
        waited=$((waited + 1))
        ((waited % 25)) || say "$(du -sh "$folder" 2>/dev/null | cut -f1) written"
    done
}

# The error message of the server or of a client program, as one line.
complaint() {
    { grep -m 1 -E 'ERROR:|FATAL:|error:' "$1" || tail -n 1 "$1"; } | sed -E 's/^[a-z_]+:(<stdin>:[0-9]+:)? *(error: *)?(ERROR: *)?//'
}

major() { sed -E 's/[^0-9]*([0-9]+).*/\1/' <<<"$1"; }

size_of() { du -sh "$1" | cut -f1; }
