#!/usr/bin/env bash
# restore.sh BACKUP [--target-db NAME] [--disconnect] [--jobs N] [--accept-broken]
#
# Restores a backup made by backup.sh (a folder) as the database NAME (default: the one that the store uses). It
# restores into a new database first, which must have every row of the backup and satisfy every invariant, and then
# renames it to NAME. The previous database is kept as NAME_before_<time>. Until the rename, and on any failure, NAME
# is not touched.
#
#   --disconnect  if NAME is in use, end its clients' connections for the rename; without this option that is an error
#   --jobs N      tables and indexes at a time (default: 4)
#   --accept-broken  also restore data that violate invariants, as they were before
#
# Afterwards: `storeproc migrate` (this secret's passwords, this source's code), then start web tier and worker.
# The server: the embedded one (STOREPROC_DATA), DATABASE_URL, or PGHOST, PGUSER, PGPASSFILE, PGDATABASE.

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

backup='' target='' disconnect='' accept='' jobs=4
given=("$@")
while (($#)); do
    case $1 in
        --target-db) target=${2:?--target-db needs a name}; shift 2 ;;
        --disconnect) disconnect=yes; shift ;;
        --jobs) jobs=${2:?--jobs needs a number}; shift 2 ;;
        --accept-broken) accept=yes; shift ;;
        -h | --help) usage; exit 0 ;;
        -*) fail "unknown option $1; see restore.sh --help." ;;
        *) [[ -z $backup ]] || fail "give only one backup."; backup=$1; shift ;;
    esac
done
[[ -n $backup ]] || fail "which backup? See restore.sh --help."
[[ $jobs =~ ^[1-9][0-9]?$ ]] || fail "--jobs $jobs: a number from 1 to 99 is expected."

# Check the backup before connecting to a server.
[[ -e $backup ]] || fail "$backup does not exist."
[[ -f $backup/manifest && -f $backup/SHA256SUMS && ( -d $backup/dump || -f $backup/dump.age ) ]] || fail "$backup is not a backup of backup.sh: expected a folder with a manifest."
of_manifest() { sed -n "s/^$1=//p" "$backup/manifest"; }
[[ $(of_manifest format) == [12] ]] || fail "$backup was made by another version of backup.sh."
if [[ ${STOREPROC_VERIFIED:-} != "$backup" ]]; then  # not again after enter_database
    wrong=$(cd "$backup" && sha256sum --check --quiet --strict SHA256SUMS 2>/dev/null | head -n 3) ||
        fail "$backup is damaged: ${wrong:-a file is missing}."
    wrong=$(cd "$backup" && comm -13 <(sed -E 's/^[0-9a-f]{64}  //' SHA256SUMS | sort) \
        <(find . -type f -not -path ./SHA256SUMS | sort) | head -n 3 | tr '\n' ' ')
    [[ -z $wrong ]] || fail "$backup is damaged: SHA256SUMS lacks ${wrong% }."
    export STOREPROC_VERIFIED=$backup
    say "$backup is complete: $(size_of "$backup"), made at $(of_manifest created)"
fi
enter_database ${given[@]+"${given[@]}"}

target=${target:-${PGDATABASE:?restore.sh: into which database? Use --target-db.}}
maintenance=postgres
version=$(ask "$maintenance" "SHOW server_version") || fail "cannot connect to the server."
taken_from=$(of_manifest server_version)
(($(major "$version") >= $(major "$taken_from"))) ||
    fail "the backup is of PostgreSQL $taken_from and this server is $version: restore it into $(major "$taken_from") or newer."
(($(major "$(pg_restore --version)") >= $(major "$taken_from"))) ||
    fail "the backup is of PostgreSQL $taken_from and this is $(pg_restore --version): put newer programs first in PATH."

stamp=$(date -u +%Y%m%d%H%M%S)
fresh=${target:0:40}_restoring_$stamp
before=${target:0:40}_before_$stamp
made='' closed='' restoring=''
log=$(mktemp) parts=$(mktemp)
content=$backup plain=''

clean_up() {
    local status=$?
    trap - EXIT
    [[ -z $restoring ]] || { kill "$restoring" 2>/dev/null && wait "$restoring"; } || true
    [[ -z $made ]] || ask "$maintenance" 'DROP DATABASE IF EXISTS :"fresh" WITH (FORCE)' --set=fresh="$fresh" >/dev/null 2>&1 ||
        echo "restore.sh: the database $fresh could not be removed." >&2
    [[ -z $closed ]] || ask "$maintenance" 'ALTER DATABASE :"target" ALLOW_CONNECTIONS true' --set=target="$target" >/dev/null 2>&1 ||
        echo "restore.sh: $target accepts no connections; run ALTER DATABASE \"$target\" ALLOW_CONNECTIONS true." >&2
    rm -f "$log" "$parts"
    [[ -z $plain ]] || rm -rf "$plain"
    ((status == 0)) || echo "restore.sh: nothing was replaced; $target is as it was." >&2
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

if [[ $(of_manifest format) == 2 ]]; then  # encrypted
    storeproc=$(find_storeproc) plain=$(mktemp -d)
    "$storeproc" backup decrypt "$backup"/{dump,roles.sql,database.sql,facts}.age --into "$plain" 2>"$log" ||
        fail "$(sed 's/^storeproc: //' "$log" | tail -n 1)"
    content=$plain
fi

users() {
    ask "$maintenance" "SELECT string_agg(DISTINCT coalesce(usename, '?') || coalesce(' (' || nullif(application_name, '') || ')', ''), ', ')
                        FROM pg_stat_activity WHERE datname = :'target' AND backend_type = 'client backend'" --set=target="$target"
}
exists=$(ask "$maintenance" "SELECT count(*) FROM pg_database WHERE datname = :'target'" --set=target="$target")
if [[ -z $disconnect && -n $(users) ]]; then
    fail "$target is in use by $(users): stop them, or add --disconnect."
fi

ask "$maintenance" "CREATE DATABASE :\"fresh\" TEMPLATE template0 $(of_manifest locale)" --set=fresh="$fresh" 2>"$log" ||
    fail "cannot create the new database: $(complaint "$log")"
made=yes
superuser=$(ask "$maintenance" "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
ask "$fresh" "$(<"$content/roles.sql")" >"$log" 2>&1 || fail "cannot create the roles: $(complaint "$log")"
grep WARNING "$log" >&2 || true
# Since PostgreSQL 16 the creator of a role administers it, but needs a grant to SET ROLE to it.
[[ $superuser == t ]] || ask "$fresh" "GRANT store_owner, store_api TO CURRENT_USER WITH INHERIT TRUE, SET TRUE"
# A publication is given only to a role that may create in its database (database.sql, at the end, grants the rest).
ask "$fresh" 'GRANT CREATE ON DATABASE :"fresh" TO store_owner' --set=fresh="$fresh" >/dev/null
say "restoring into $fresh"

# Leave out extensions that this server does not have or that need a superuser: the store works without them.
extensions=$(ask "$fresh" "SELECT DISTINCT name FROM pg_available_extension_versions WHERE '$superuser'::boolean OR trusted OR NOT superuser")
pg_restore --list "$content/dump" 2>"$log" |
    awk -v there="$extensions" 'BEGIN {split(there, names, "\n"); for (i in names) known[names[i]] = 1}
                               $4 == "EXTENSION" && !($6 in known) || $4 == "COMMENT" && $6 == "EXTENSION" && !($7 in known) {next} {print}' >"$parts" ||
    fail "pg_restore: $(complaint "$log")"
# Objects of the original server's administrator belong to the restoring role here.
of_administrators=$(of_manifest administrator | sed -E 's/[][\.*^$/]/\\&/g; s/.*/s\/ OWNER TO &;$\/ OWNER TO CURRENT_USER;\/; s\/^(ALTER DEFAULT PRIVILEGES FOR ROLE) & \/\\1 CURRENT_USER \//')
pg_restore --section=pre-data --use-list="$parts" --file=- "$content/dump" 2>"$log" |
    sed -E "$of_administrators" |
    psql --no-psqlrc --no-password --quiet --set=ON_ERROR_STOP=1 --single-transaction --dbname="dbname='${fresh//\'/\\\'}'" --file=- >/dev/null 2>>"$log" ||
    fail "cannot create the tables: $(complaint "$log")"
# The new database is not used before it is renamed; the commit of the rename makes all writes before it durable.
PGOPTIONS="${PGOPTIONS:-} -c synchronous_commit=off" \
    pg_restore --no-password --exit-on-error --section=data --section=post-data --jobs="$jobs" --use-list="$parts" \
        --dbname="dbname='${fresh//\'/\\\'}'" "$content/dump" 2>"$log" &
restoring=$!
waited=0
while kill -0 "$restoring" 2>/dev/null; do
    sleep 0.2
    waited=$((waited + 1))
    ((waited % 25)) || say "$(ask "$maintenance" "SELECT pg_size_pretty(pg_database_size(:'fresh'))" --set=fresh="$fresh") restored"
done
wait "$restoring" || { restoring=; fail "pg_restore: $(complaint "$log")"; }
restoring=

# Without statistics the checks of a large shop would take hours.
ask "$fresh" "ANALYZE" >"$log" 2>&1 || fail "ANALYZE: $(complaint "$log")"
say "restored; comparing it with the backup"
difference=$(diff <(ask "$fresh" "\\i '$here/facts.sql'" 2>&1) "$content/facts") ||
    fail "not everything is there again: $(grep -m 3 '^[<>]' <<<"$difference" | tr '\n' ' ')"
broken=$(ask "$fresh" "SELECT string_agg(name || ': ' || coalesce(detail, ''), '; ') FROM audit.check_invariants() WHERE NOT ok
    AND name <> 'the gateways'' books agree with ours, or it is explained why not'") ||  # the outside decides that
    fail "cannot check the invariants."
[[ -z $broken || -n $accept ]] || fail "the backup violates invariants: $broken. If the shop was like this before, --accept-broken restores it as it was."
say "$(grep -c ^rows "$content/facts") tables have their $(awk '/^rows/ {n += $NF} END {print n}' "$content/facts") rows"
say "${broken:+restored, although this does not hold: }${broken:-every invariant holds}"
# The event log is ordered by transaction ids, which were those of another cluster.
ask "$fresh" "SELECT messaging.adopt_log()" >/dev/null
ask "$fresh" "$(<"$content/database.sql")" --set=target="$fresh" >/dev/null

if [[ $exists == 1 ]]; then
    ask "$maintenance" "SELECT format('ALTER DATABASE %I OWNER TO %I', :'fresh', pg_get_userbyid(datdba)) FROM pg_database
                        WHERE datname = :'target' AND datdba <> (SELECT f.datdba FROM pg_database AS f WHERE f.datname = :'fresh') \\gexec" \
        --set=target="$target" --set=fresh="$fresh"
    if [[ -n $disconnect ]]; then
        closed=yes
        ask "$maintenance" "ALTER DATABASE :\"target\" ALLOW_CONNECTIONS false;
                            SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = :'target' AND pid <> pg_backend_pid()" \
            --set=target="$target" >/dev/null
    fi
    ask "$maintenance" 'BEGIN; ALTER DATABASE :"target" RENAME TO :"before"; ALTER DATABASE :"fresh" RENAME TO :"target"; COMMIT' \
        --set=target="$target" --set=fresh="$fresh" --set=before="$before" 2>"$log" || fail "$(complaint "$log") It is in use by: $(users)"
    made='' closed=''
    [[ -z $disconnect ]] || ask "$maintenance" 'ALTER DATABASE :"before" ALLOW_CONNECTIONS true' --set=before="$before"
    say "$target is the restored database; the previous one is $before (when no longer needed: DROP DATABASE \"$before\")"
else
    ask "$maintenance" 'ALTER DATABASE :"fresh" RENAME TO :"target"' --set=target="$target" --set=fresh="$fresh"
    made=''
    say "$target is restored"
fi
say "next: run storeproc migrate, then start the web tier and the worker"
