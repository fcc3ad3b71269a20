#!/usr/bin/env bash
# backup.sh [--to FOLDER] [--jobs N]
#
# Dumps the store's database, in one snapshot, while it works: FOLDER/<database>-<time>/ (FOLDER is `dumps` unless told) with
#   dump/         pg_dump, directory format, N tables at a time (4)
#   roles.sql     the roles it speaks of, without passwords
#   database.sql  its settings and grants
#   facts         what must be there again after a restore: the heads of the books, the rows of every table
#   manifest      when, where from, which versions
#   SHA256SUMS    of all of these
# It has its name when it is whole; a backup that broke off leaves nothing. It holds the keys that sign the store's tokens:
# keep it as you keep the database. backups/restore.sh brings it back, on this server or on another.
#
# Which database: the embedded one (STOREPROC_DATA), DATABASE_URL, or PGHOST, PGUSER, PGDATABASE, PGPASSFILE.

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder=dumps jobs=4
given=("$@")
while (($#)); do
    case $1 in
        --to) folder=${2:?--to needs a folder}; shift 2 ;;
        --jobs) jobs=${2:?--jobs needs a number}; shift 2 ;;
        -h | --help) usage; exit 0 ;;
        *) fail "$1 is unknown; backup.sh --help says what there is." ;;
    esac
done
[[ $jobs =~ ^[1-9][0-9]?$ ]] || fail "--jobs $jobs: a number from 1 to 99 is expected."
enter_database ${given[@]+"${given[@]}"}

database=$(ask "${PGDATABASE:-}" "SELECT current_database()") || fail "the database does not answer."
version=$(ask "$database" "SHOW server_version")
(($(major "$(pg_dump --version)") >= $(major "$version"))) ||
    fail "the server is PostgreSQL $version and this $(pg_dump --version): put the programs of $(major "$version") first into PATH."
[[ $(ask "$database" "SELECT to_regclass('migration.deployed') IS NOT NULL") == t ]] ||
    fail "$database is not a store's database: \`storeproc migrate\` makes it one."

mkdir -p "$folder" || fail "cannot make $folder."
name=$database-$(date -u +%Y%m%dT%H%M%SZ)
draft=$folder/.$name.part
final=$folder/$name
mkdir "$draft" || fail "cannot write into $folder."
dumping='' log=$(mktemp)  # not in the folder: it may be full

clean_up() {
    local status=$?
    trap - EXIT
    [[ -z $dumping ]] || kill "$dumping" 2>/dev/null || true
    rm -rf "$draft" "$log"
    ((status == 0)) || echo "backup.sh: there is no backup; the database is as it was." >&2
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# One session holds the snapshot that everything is read from.
coproc SESSION { exec psql --no-psqlrc --no-password --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="dbname='${database//\'/\\\'}'" 2>"$log"; }
exec {to}>&"${SESSION[1]}" {from}<&"${SESSION[0]}"

answer() {  # the lines up to the mark, into the file
    local line
    : >"$1"
    while IFS= read -r line <&"$from"; do
        [[ $line != '--- done' ]] || return 0
        printf '%s\n' "$line" >>"$1"
    done
    fail "the database breaks off: $(complaint "$log")"
}

cat >&"$to" <<SQL
SET statement_timeout = 0; SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = 0; SET transaction_timeout = 0;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot();
\\echo --- done
\\i '$here/roles.sql'
\\echo --- done
\\i '$here/database.sql'
\\echo --- done
SELECT 'format=1';
SELECT 'database=' || current_database();
SELECT 'created=' || to_char(transaction_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
SELECT 'administrator=' || quote_ident(rolname) FROM pg_catalog.pg_roles WHERE rolsuper OR rolname = current_user;
SELECT 'server_version=' || current_setting('server_version');
SELECT 'schema_version=' || schema_version FROM migration.deployed;
SELECT 'code_digest=' || code_digest FROM migration.deployed;
SELECT 'locale=' || format('ENCODING %L LOCALE_PROVIDER %s LOCALE %L%s', pg_encoding_to_char(encoding),
    CASE datlocprovider WHEN 'b' THEN 'builtin' WHEN 'i' THEN 'icu' ELSE 'libc' END, datcollate,
    CASE datlocprovider WHEN 'b' THEN format(' BUILTIN_LOCALE %L', datlocale) WHEN 'i' THEN format(' ICU_LOCALE %L', datlocale) ELSE '' END)
FROM pg_catalog.pg_database WHERE datname = current_database();
\\echo --- done
SQL
answer "$draft/snapshot"
answer "$draft/roles.sql"
answer "$draft/database.sql"
answer "$draft/manifest"
snapshot=$(<"$draft/snapshot")
say "dumping $database of PostgreSQL $version, $(ask "$database" "SELECT pg_size_pretty(pg_database_size(current_database()))") on its disk"

pg_dump --no-password --format=directory --jobs="$jobs" --compress=gzip:1 --lock-wait-timeout=60s --snapshot="$snapshot" --file="$draft/dump" \
    --dbname="dbname='${database//\'/\\\'}'" 2>>"$log" &
dumping=$!
watch_size "$dumping" "$draft/dump"
wait "$dumping" || { dumping=''; fail "pg_dump: $(complaint "$log")"; }
dumping=''
say "dumped $(size_of "$draft/dump"); counting what is in the snapshot"

printf "\\\\i '%s'\\n\\\\echo --- done\\n" "$here/facts.sql" >&"$to"
answer "$draft/facts"
exec {to}>&- {from}<&-

rm "$draft/snapshot"
sums=$(cd "$draft" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
printf '%s\n' "$sums" >"$draft/SHA256SUMS" || fail "cannot write the checksums."
find "$draft" -exec sync {} + || fail "the backup does not reach the disk."
mv "$draft" "$final"
sync "$folder"
# For the alert that there was none for long. The backup is good without the note.
ask "$database" "SELECT monitor.record_backup('dump', $(du -sb "$final" | cut -f1))" >/dev/null 2>"$log" ||
    say "monitoring could not be told of it: $(complaint "$log")"
say "$(size_of "$final"), $(grep -c ^rows "$final/facts") tables, $(awk '/^rows/ {n += $NF} END {print n}' "$final/facts") rows"
echo "$final"
