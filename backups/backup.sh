#!/usr/bin/env bash
# backup.sh [--to FOLDER] [--jobs N]
#
# Dumps the store's database in one snapshot, while it is in use, into FOLDER/<database>-<time>/ (default: dumps):
#   dump/         pg_dump, directory format, N tables at a time (default: 4)
#   roles.sql     the roles that the dump refers to, without passwords
#   database.sql  the database's settings and grants
#   facts         for comparison after a restore: the heads of the books, the row count of every table
#   manifest      time, origin, versions
#   SHA256SUMS    of all of these
# With STOREPROC_BACKUPS_ENCRYPT_TO each of them but the last two is encrypted on its way (dump.age, one table at a time).
# The folder gets its name when the backup is complete; an interrupted backup leaves nothing. It contains the store's
# token-signing keys: protect it like the database. backups/restore.sh restores it, on this server or on another.
#
# The database: the embedded one (STOREPROC_DATA), DATABASE_URL, or PGHOST, PGUSER, PGDATABASE, PGPASSFILE. As the
# administrator or as store_backup, which reads every row and writes nothing.

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder=dumps jobs=4
given=("$@")
while (($#)); do
    case $1 in
        --to) folder=${2:?--to needs a folder}; shift 2 ;;
        --jobs) jobs=${2:?--jobs needs a number}; shift 2 ;;
        -h | --help) usage; exit 0 ;;
        *) fail "unknown option $1; see backup.sh --help." ;;
    esac
done
[[ $jobs =~ ^[1-9][0-9]?$ ]] || fail "--jobs $jobs: a number from 1 to 99 is expected."
enter_database ${given[@]+"${given[@]}"}

database=$(ask "${PGDATABASE:-}" "SELECT current_database()") || fail "cannot connect to the database."
version=$(ask "$database" "SHOW server_version")
(($(major "$(pg_dump --version)") >= $(major "$version"))) ||
    fail "the server is PostgreSQL $version and this $(pg_dump --version): put the programs of version $(major "$version") first in PATH."
[[ $(ask "$database" "SELECT to_regclass('migration.deployed') IS NOT NULL") == t ]] ||
    fail "$database is not a store's database; \`storeproc migrate\` sets one up."

mkdir -p "$folder" || fail "cannot create $folder."
name=$database-$(date -u +%Y%m%dT%H%M%SZ)
draft=$folder/.$name.part
final=$folder/$name
mkdir "$draft" || fail "cannot write into $folder."
dumping='' log=$(mktemp) content=$draft  # the log is not in the folder, whose disk may be full
encrypted='' format=1
if [[ -n ${STOREPROC_BACKUPS_ENCRYPT_TO:-}${STOREPROC_BACKUPS_ENCRYPT_TO_FILE:-} ]]; then
    storeproc=$(find_storeproc)
    encrypted=yes format=2 content=$(mktemp -d)
fi

clean_up() {
    local status=$?
    trap - EXIT
    [[ -z $dumping ]] || kill "$dumping" 2>/dev/null || true
    rm -rf "$draft" "$log" "$content"
    ((status == 0)) || echo "backup.sh: there is no backup; the database is unchanged." >&2
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# One session holds the snapshot from which everything is read.
coproc SESSION { exec psql --no-psqlrc --no-password --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="dbname='${database//\'/\\\'}'" 2>"$log"; }
exec {to}>&"${SESSION[1]}" {from}<&"${SESSION[0]}"

answer() {  # write the lines before the mark to the file
    local line
    : >"$1"
    while IFS= read -r line <&"$from"; do
        [[ $line != '--- done' ]] || return 0
        printf '%s\n' "$line" >>"$1"
    done
    fail "the database session ended early: $(complaint "$log")"
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
SELECT 'format=$format';
SELECT 'database=' || current_database();
SELECT 'created=' || to_char(transaction_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
SELECT 'administrator=' || quote_ident(rolname) FROM pg_catalog.pg_roles
WHERE rolsuper OR rolname = nullif(current_user, 'store_backup')
   OR oid = (SELECT datdba FROM pg_catalog.pg_database WHERE datname = current_database());
SELECT 'server_version=' || current_setting('server_version');
SELECT 'schema_version=' || schema_version FROM migration.deployed;
SELECT 'code_digest=' || code_digest FROM migration.deployed;
SELECT 'locale=' || format('ENCODING %L LOCALE_PROVIDER %s LOCALE %L%s', pg_encoding_to_char(encoding),
    CASE datlocprovider WHEN 'b' THEN 'builtin' WHEN 'i' THEN 'icu' ELSE 'libc' END, datcollate,
    CASE datlocprovider WHEN 'b' THEN format(' BUILTIN_LOCALE %L', datlocale) WHEN 'i' THEN format(' ICU_LOCALE %L', datlocale) ELSE '' END)
FROM pg_catalog.pg_database WHERE datname = current_database();
\\echo --- done
SQL
answer "$content/snapshot"
answer "$content/roles.sql"
answer "$content/database.sql"
answer "$draft/manifest"
snapshot=$(<"$content/snapshot")
say "dumping $database of PostgreSQL $version, $(ask "$database" "SELECT pg_size_pretty(pg_database_size(current_database()))") on disk"

dump() {
    pg_dump --no-password --compress=gzip:1 --lock-wait-timeout=60s --snapshot="$snapshot" --dbname="dbname='${database//\'/\\\'}'" "$@" 2>>"$log"
}
if [[ -n $encrypted ]]; then
    dump --format=custom | "$storeproc" backup encrypt - --name dump --into "$draft" 2>>"$log" &
else
    dump --format=directory --jobs="$jobs" --file="$draft/dump" &
fi
dumping=$!
watch_size "$dumping" "$draft"
wait "$dumping" || { dumping=''; fail "pg_dump: $(complaint "$log")"; }
dumping=''
say "dumped $(size_of "$draft"); counting the rows of the snapshot"

printf "\\\\i '%s'\\n\\\\echo --- done\\n" "$here/facts.sql" >&"$to"
answer "$content/facts"
exec {to}>&- {from}<&-

rm "$content/snapshot"
tables=$(grep -c ^rows "$content/facts") rows=$(awk '/^rows/ {n += $NF} END {print n}' "$content/facts")
if [[ -n $encrypted ]]; then
    "$storeproc" backup encrypt "$content"/{roles.sql,database.sql,facts} --into "$draft" 2>"$log" || fail "$(tail -n 1 "$log")"
fi
sums=$(cd "$draft" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
printf '%s\n' "$sums" >"$draft/SHA256SUMS" || fail "cannot write the checksums."
find "$draft" -exec sync {} + || fail "cannot flush the backup to disk."
mv "$draft" "$final"
sync "$folder"
# For the alert BackupTooOld. The backup is valid without this record.
ask "$database" "SELECT monitor.record_backup('dump', $(du -sb "$final" | cut -f1))" >/dev/null 2>"$log" ||
    say "the backup could not be recorded for monitoring: $(complaint "$log")"
say "$(size_of "$final"), $tables tables, $rows rows"
echo "$final"
