#!/usr/bin/env bash
# drill.sh [--seconds N] [--clients N]
#
# Tests that backups restore the store. It uses a new store in a temporary folder and touches nothing else: customers
# order and pay continuously (N clients, default 3); a full and an incremental backup are made; a moment is recorded
# together with the state of the books; the load continues for N seconds (default 2) per step; the server is killed
# and its data folder deleted; the backups restore that moment. Then every invariant must hold, and every table must
# have exactly the rows that it had at that moment.
#
# Exit status 0: all of this succeeded. To test the backups of your own store: `storeproc restore --into FOLDER`.

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

seconds=2 clients=3
while (($#)); do
    case $1 in
        --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
        --clients) clients=${2:?--clients needs a number}; shift 2 ;;
        -h | --help) usage; exit 0 ;;
        *) fail "unknown option $1; see drill.sh --help." ;;
    esac
done
[[ $seconds =~ ^[1-9][0-9]*$ && $clients =~ ^[1-9][0-9]?$ ]] || fail "--seconds and --clients must be whole numbers from 1 on."

storeproc=$(find_storeproc)
store() { "$storeproc" "$@" 2>"$work/complaints" || fail "storeproc $1: $(complaint "$work/complaints")"; }
sql() { psql --no-psqlrc --no-password --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"; }

work=$(mktemp -d "${TMPDIR:-/tmp}/storeproc-drill-XXXXXX")
chmod 711 "$work"  # a server started by root runs as another user, who must pass through
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

# Run a step and record its seconds for the table at the end.
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

# The server runs as long as this background program does. Its address and password are exported for the rest of the
# script.
start_server() {
    local line
    rm -f "$work/environment"
    # shellcheck disable=SC2016  # expanded by the inner shell
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

# The moment is between two transactions, so that the committed rows before it are known exactly.
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

# A lost disk loses the WAL that was not archived yet: at most a minute, by archive_timeout. The drill does not wait
# for it.
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
    until rm -rf "$STOREPROC_DATA" 2>/dev/null; do sleep 0.1; done  # the processes of a killed server take a moment to exit
}

compare() {
    sql -f "$here/facts.sql" >"$work/restored"
    diff "$work/facts" "$work/restored" >"$work/difference" || fail "the restored data differ from the moment: $(head -n 5 "$work/difference")"
}

say "a new store in $work"
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
step 'the moment: load held, every table counted' note_the_moment
say "the moment is $moment: $(grep ^ledger "$work/facts")"
sleep "$seconds"
step 'WAL archived up to here' archive_the_log
sleep "$seconds"
kill -0 "$load" 2>/dev/null || fail "the load stopped early: $(complaint "$work/load")"
step 'kill -9, data folder deleted' destroy
say "the server and its data are destroyed; it had $last_seen transfers"
step 'restore to the moment' store restore --to "$moment"
step 'migrate: passwords from a new secret' store migrate
start_server
step 'every table compared with the moment' compare
step 'storeproc check' store check >/dev/null
there=$(transfers)
((there > at_first && last_seen > there)) || fail "no payment before the moment, or none after it: the drill is not conclusive."
say "$(grep ^ledger "$work/restored")"
say "$(grep ^audit "$work/restored")"
say "lost up to the moment: nothing ($(grep -c ^rows "$work/facts") tables, $(awk '/^rows/ {n += $NF} END {print n}' "$work/facts") rows); after it, as asked: $((last_seen - there)) transfers"
printf '%s\n' "${steps[@]}"
