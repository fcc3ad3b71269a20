#!/usr/bin/env bash
# drill.sh [--seconds N] [--clients N]
#
# Proves that backups bring the store back, on a store of its own in a temporary folder (nothing else is touched): customers order and pay
# without a pause (N clients, 3); a full backup, an incremental one; a moment is noted with what the books hold then; the load goes
# on for N seconds (2) a step; the server is killed and its data folder destroyed; the backups bring back that moment. Then
# every invariant must hold, and every table must have the rows that it had at the moment: not one more, not one less.
#
# Exit status 0 says that all of this was so. `storeproc restore --into FOLDER` tries the backups of your own store.

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

seconds=2 clients=3
while (($#)); do
    case $1 in
        --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
        --clients) clients=${2:?--clients needs a number}; shift 2 ;;
        -h | --help) usage; exit 0 ;;
        *) fail "$1 is unknown; drill.sh --help says what there is." ;;
    esac
done
[[ $seconds =~ ^[1-9][0-9]*$ && $clients =~ ^[1-9][0-9]?$ ]] || fail "--seconds and --clients take whole numbers from 1 on."

storeproc=$(find_storeproc)
store() { "$storeproc" "$@" 2>"$work/complaints" || fail "storeproc $1: $(complaint "$work/complaints")"; }
sql() { psql --no-psqlrc --no-password --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"; }

work=$(mktemp -d "${TMPDIR:-/tmp}/storeproc-drill-XXXXXX")
chmod 711 "$work"  # root's server runs as a user of its own, which passes through
export STOREPROC_DATA=$work/data STOREPROC_BACKUPS=$work/backups STOREPROC_ENVIRONMENT=development
unset DATABASE_URL STOREPROC_SECRET STOREPROC_RUN
holder='' load=''
clean_up() {
    local status=$? process
    trap - EXIT
    for process in $load $holder; do
        if kill "$process" 2>/dev/null; then wait "$process" || true; fi
    done
    rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# Seconds of a step, for the table at the end.
steps=()
step() {
    local name=$1 begin=$EPOCHREALTIME
    shift
    "$@"
    steps+=("$(awk -v a="$begin" -v b="$EPOCHREALTIME" -v n="$name" 'BEGIN {printf "%8.1f s  %s", b - a, n}')")
}

open_store() {
    store migrate >/dev/null
    store demo >/dev/null
}

# The server runs for as long as this program of ours does; its address and password are ours from here on.
start_server() {
    local line
    rm -f "$work/environment"
    # shellcheck disable=SC2016  # expanded in there
    "$storeproc" run sh -c 'env -0 >"$1.new" && mv "$1.new" "$1" && exec sleep 3600' sh "$work/environment" >"$work/holder" 2>&1 &
    holder=$!
    until [[ -f $work/environment ]]; do
        kill -0 "$holder" 2>/dev/null || fail "the server does not start: $(complaint "$work/holder")"
        sleep 0.05
    done
    while IFS= read -r -d '' line; do
        [[ ! $line =~ ^(PG[A-Z]+|PATH)= ]] || export "${line?}"
    done <"$work/environment"
}

transfers() { sql -c 'SELECT count(*) FROM ledger.transfers'; }

start_load() {
    sql <<'SQL' >/dev/null
CREATE SCHEMA drill;
CREATE TABLE drill.customers AS
    SELECT n - 1 AS n, identity.issue_local_token('customer', email) AS token
    FROM unnest(ARRAY['alice@example.com', 'bob@example.com', 'carla@example.com']) WITH ORDINALITY AS c (email, n);
CREATE TABLE drill.products (n integer, id uuid);
SELECT set_config('app.token', identity.issue_local_token('merchant', 'merchant@example.com'), false);
INSERT INTO drill.products
    SELECT n, (api.create_product(name => 'Drill ' || n, description => '', sku => 'DRILL-' || n, price => 500 + n, currency => 'USD', stock => 1000000)).id
    FROM generate_series(1, 5) AS n;
SQL
    pgbench --no-vacuum --client="$clients" --jobs=1 --time=3600 --file="$here/drill_load.sql" >"$work/load" 2>&1 &
    load=$!
}

# The moment lies between two transactions, so that what was committed before it is known to the row.
note_the_moment() {
    {
        echo 'SELECT pg_advisory_lock(1) \g /dev/null'
        echo "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"');"
        cat "$here/facts.sql"
        echo 'SELECT pg_advisory_unlock(1) \g /dev/null'
    } | sql >"$work/noted"
    moment=$(head -n 1 "$work/noted")
    sed 1d "$work/noted" >"$work/facts"
}

# What a lost disk takes along is what was not archived yet: at most a minute, by archive_timeout. The drill does not wait for it.
archive_the_log() {
    local segment
    segment=$(sql -c "SELECT pg_walfile_name(pg_switch_wal())")
    until [[ -f $STOREPROC_BACKUPS/wal/$segment.gz ]]; do sleep 0.1; done
}

destroy() {
    local postmaster
    last_seen=$(transfers)
    postmaster=$(head -n 1 "$(dirname "$(sql -c 'SHOW data_directory')")/postgres/postmaster.pid")
    kill -KILL "$postmaster"
    wait "$load" 2>/dev/null || true
    kill "$holder"
    wait "$holder" 2>/dev/null || true
    load='' holder=''
    until rm -rf "$STOREPROC_DATA" 2>/dev/null; do sleep 0.1; done  # a killed server's processes take a moment to notice
}

compare() {
    sql -f "$here/facts.sql" >"$work/restored"
    diff "$work/facts" "$work/restored" >"$work/difference" || fail "what was restored differs from the moment: $(head -n 5 "$work/difference")"
}

say "a store of its own, in $work"
step 'a store with the demo shop' open_store
start_server
start_load
at_first=$(transfers)
say "$clients clients order and pay"
sleep "$seconds"
step 'full backup, under load' store backup --full
sleep "$seconds"
step 'incremental backup, under load' store backup
sleep "$seconds"
step 'the moment: the gate closed, every table counted' note_the_moment
say "the moment is $moment: $(grep ^ledger "$work/facts")"
sleep "$seconds"
step 'the log up to here is archived' archive_the_log
sleep "$seconds"
kill -0 "$load" 2>/dev/null || fail "the load broke off: $(complaint "$work/load")"
step 'kill -9, the data folder removed' destroy
say "the server is dead, its data are gone; it had $last_seen transfers"
step 'restore to the moment' store restore --to "$moment"
step 'migrate: the passwords of a new secret' store migrate
start_server
step 'every table compared with the moment' compare
step 'storeproc check' store check >/dev/null
there=$(transfers)
((there > at_first && last_seen > there)) || fail "no payment before the moment, or none after it: that proves nothing."
say "$(grep ^ledger "$work/restored")"
say "$(grep ^audit "$work/restored")"
say "lost up to the moment: nothing ($(grep -c ^rows "$work/facts") tables, $(awk '/^rows/ {n += $NF} END {print n}' "$work/facts") rows); after it, as asked: $((last_seen - there)) transfers"
printf '%s\n' "${steps[@]}"
