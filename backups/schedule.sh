#!/usr/bin/env bash
# schedule.sh [--check]
#
# The backup service of docker-compose.yml: until it is stopped, it runs `storeproc backup` every hour (BACKUP_EVERY,
# seconds), makes a dump every day (DUMP_EVERY), both in STOREPROC_BACKUPS, and restores the latest backup every day
# (DRILL_EVERY; 0: never), as a proof. It keeps what STOREPROC_BACKUPS_DAYS needs and at least KEEP_FULL full backups
# (default 2); of dumps the last KEEP_DUMPS (default 7), and those of as many days. A failed one is retried after five
# minutes (RETRY_AFTER).
#   --check   exit status 0 if each was made in the last 26 hours: for health checks

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder=${STOREPROC_BACKUPS:?schedule.sh: set STOREPROC_BACKUPS to the folder of the backups.}
dumps=$folder/dumps

age_of() {  # seconds since the last one; a large number if there was none
    if [[ -e $dumps/.last-$1 ]]; then echo $(($(date +%s) - $(stat -c %Y "$dumps/.last-$1"))); else echo 999999999; fi
}

if [[ ${1:-} == --check ]]; then
    for kind in backup dump drill; do
        [[ $kind == drill && ${DRILL_EVERY:-86400} == 0 ]] || (($(age_of $kind) < 26 * 3600)) || fail "the last $kind is older than 26 hours."
    done
    exit 0
fi
[[ $# == 0 ]] || { usage; exit 1; }

dump() {
    local old spared
    "$here/backup.sh" --to "$dumps" || return
    # Their names sort by time. Dumps made by hand must not push out those of the last days.
    spared=storeproc-$(date -u -d "${KEEP_DUMPS:-7} days ago" +%Y%m%dT%H%M%SZ)
    find "$dumps" -mindepth 1 -maxdepth 1 -type d -not -name '.*' | sort -r | tail -n +$((${KEEP_DUMPS:-7} + 1)) |
        while IFS= read -r old; do [[ $(basename "$old") > $spared ]] || rm -rf "$old"; done
}
# Status 3: the backup was taken, and storeproc has said which of the older log is damaged. Repeating it repairs nothing.
backup() { storeproc backup --keep "${KEEP_FULL:-2}" || (($? == 3)); }
# Status 4: not tried, because the key is not here, as storeproc has said. Nothing is recorded, so RestoreDrillTooOld fires.
drill() { storeproc backup drill --in "$folder" || (($? == 4)); }

running=''
set -m  # each command is a process group, so that all of it is killed
trap '[[ -z $running ]] || kill -- "-$running" 2>/dev/null || true; exit 0' INT TERM HUP
in_background() {  # so that the trap runs at once
    "$@" &
    running=$!
    local status=0
    wait "$running" || status=$?
    running=''
    return "$status"
}

mkdir -p "$dumps"
while true; do
    pause=60
    for kind in backup dump drill; do
        case $kind in
            backup) every=BACKUP_EVERY default=3600 ;;
            dump) every=DUMP_EVERY default=86400 ;;
            drill) every=DRILL_EVERY default=86400; [[ ${DRILL_EVERY:-} != 0 ]] || continue ;;
        esac
        (($(age_of "$kind") >= ${!every:-$default})) || continue
        if in_background "$kind"; then
            touch "$dumps/.last-$kind"
        else
            say "the $kind failed; retrying in ${RETRY_AFTER:-300} s"
            pause=${RETRY_AFTER:-300}
        fi
    done
    in_background sleep "$pause"
done
