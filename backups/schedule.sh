#!/usr/bin/env bash
# schedule.sh [--check]
#
# The backup service of docker-compose.yml: until it is stopped, it runs `storeproc backup` every hour (BACKUP_EVERY,
# seconds), and STOREPROC_BACKUPS_COPY after each, if that is set. Beside that it makes a dump every day (DUMP_EVERY),
# reads all backups to find damage (VERIFY_EVERY; 0: never), and restores the latest as a proof (DRILL_EVERY; 0: never).
# All are in STOREPROC_BACKUPS. It keeps what STOREPROC_BACKUPS_DAYS needs and at least KEEP_FULL full backups (default
# 2); of dumps the last KEEP_DUMPS (default 7), and those of as many days. What failed is retried after five minutes
# (RETRY_AFTER): a copy alone, without another backup.
#   --check   exit status 0 if each was made in the last 26 hours: for health checks

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder=${STOREPROC_BACKUPS:?schedule.sh: set STOREPROC_BACKUPS to the folder of the backups.}
dumps=$folder/dumps

age_of() {  # seconds since the last one; a large number if there was none
    if [[ -e $dumps/.last-$1 ]]; then echo $(($(date +%s) - $(stat -c %Y "$dumps/.last-$1"))); else echo 999999999; fi
}

wanted=(backup)
[[ -z ${STOREPROC_BACKUPS_COPY:-} ]] || wanted+=(copy)
wanted+=(dump)
[[ ${VERIFY_EVERY:-86400} == 0 ]] || wanted+=(verify)
[[ ${DRILL_EVERY:-86400} == 0 ]] || wanted+=(drill)

if [[ ${1:-} == --check ]]; then
    for kind in "${wanted[@]}"; do
        (($(age_of "$kind") < 26 * 3600)) || fail "the last $kind is older than 26 hours."
    done
    exit 0
fi
# What takes long (a dump, reading everything, a restore) must not delay the next backup: it has a process of its own,
# which this script starts.
case $#-${1:-} in
    0-) kinds=(backup copy) ;;
    1---beside) kinds=(dump verify drill) ;;
    *) usage; exit 1 ;;
esac

dump() {
    local old spared
    "$here/backup.sh" --to "$dumps" || return
    # Their names sort by time. Dumps made by hand must not push out those of the last days.
    spared=storeproc-$(date -u -d "${KEEP_DUMPS:-7} days ago" +%Y%m%dT%H%M%SZ)
    find "$dumps" -mindepth 1 -maxdepth 1 -type d -not -name '.*' | sort -r | tail -n +$((${KEEP_DUMPS:-7} + 1)) |
        while IFS= read -r old; do [[ $(basename "$old") > $spared ]] || rm -rf "$old"; done
}
# Status 3: the backup was taken, and storeproc has said which of the older log is damaged. Repeating it repairs nothing.
# The copy is a step of its own.
backup() { STOREPROC_BACKUPS_COPY='' storeproc backup --keep "${KEEP_FULL:-2}" || (($? == 3)); }
copy() { storeproc backup copy; }
# It has said what is damaged, and recorded it for the alerts: reading everything again after five minutes repairs nothing.
verify() { storeproc backup verify || say "the verification failed"; }
# Status 4: not tried, because the key is not here, as storeproc has said. Nothing is recorded, so RestoreDrillTooOld fires.
drill() { storeproc backup drill --in "$dumps" || (($? == 4)); }

running='' beside=''
set -m  # each command is a process group, so that all of it is killed
stop() {
    [[ -z $running ]] || kill -- "-$running" 2>/dev/null || true
    [[ -z $beside ]] || { kill "$beside" 2>/dev/null && wait "$beside"; } || true
}
trap 'stop; exit 0' INT TERM HUP
in_background() {  # so that the trap runs at once
    "$@" &
    running=$!
    local status=0
    wait "$running" || status=$?
    running=''
    return "$status"
}

mkdir -p "$dumps"
if [[ ${kinds[0]} == backup ]]; then
    "${BASH_SOURCE[0]}" --beside &
    beside=$!
fi
while true; do
    pause=60
    [[ ${kinds[0]} == backup ]] || kill -0 "$PPID" 2>/dev/null || exit 0  # its starter was killed
    [[ -z $beside ]] || kill -0 "$beside" 2>/dev/null || { stop; fail "the process of dumps and drills has ended."; }
    for kind in "${kinds[@]}"; do
        [[ " ${wanted[*]} " == *" $kind "* ]] || continue
        case $kind in
            backup) due=${BACKUP_EVERY:-3600} ;;
            copy) due=0; [[ $dumps/.last-backup -nt $dumps/.last-copy ]] || continue ;;
            dump) due=${DUMP_EVERY:-86400} ;;
            verify) due=${VERIFY_EVERY:-86400} ;;
            drill) due=${DRILL_EVERY:-86400} ;;
        esac
        (($(age_of "$kind") >= due)) || continue
        if [[ ! -e $dumps/.last-backup && $kind =~ ^(verify|drill)$ ]]; then
            ((pause != 60)) || pause=1  # there is nothing to read before the first backup
            continue
        fi
        if in_background "$kind"; then
            touch "$dumps/.last-$kind"
        else
            say "the $kind failed; retrying in ${RETRY_AFTER:-300} s"
            pause=${RETRY_AFTER:-300}
        fi
    done
    in_background sleep "$pause"
done
