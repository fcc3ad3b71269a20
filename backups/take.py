"""Takes physical backups: a full one, or what changed since the last one, and the log that belongs to it."""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, LiteralString

import psycopg
from psycopg.conninfo import make_conninfo

from backups.archives import separate_log, verify_data
from backups.checksums import write_checksum
from backups.gaps import Gap, find_gaps
from backups.log import ENDS, HISTORY_NAME, SEGMENT_NAME, Log, add_to_archive
from backups.outside import encrypt_readable_log
from backups.programs import (
    BackupError,
    Say,
    fetch_value,
    folder_size,
    format_size,
    run_program,
    sync_folder,
)
from backups.repository import TIMESTAMP, Backup, Repository
from backups.retention import Retention, prune
from backups.streaming import log_is_kept, write_encrypted
from db.server.access import Access
from db.server.configuration import archive_to
from db.server.connecting import connect, parameters
from db.server.encrypting import require_archiver

# Below wal_summary_keep_time (10 days): without the summaries an incremental backup is not possible.
NEW_CHAIN_AFTER = timedelta(days=7)
ARCHIVE_TIMEOUT = 60.0  # seconds in which not a single segment arrives
MOST_CLOSED = 100  # segments that are closed while the archiver does not use its command yet


@dataclass(frozen=True)
class Wish:
    """How a backup is to be taken, and which ones are kept after it."""

    full: bool = False
    """A full one even where an incremental one is possible."""

    compress: bool = False
    max_rate: str | None = None
    """Bytes a second in pg_basebackup's notation: kB, or M at the end."""

    retention: Retention = field(default_factory=Retention)
    plain: bool = False
    """Without encryption, although the last backup is encrypted."""


@dataclass(frozen=True)
class Taken:
    """A backup that was taken, and what is wrong in the log of the repository."""

    backup: Backup
    gaps: list[Gap]


def take_backup(repository: Repository, access: Access, wish: Wish, say: Say) -> Taken:
    """Take a backup, incremental where that is possible and no full one is asked for.

    Backups that are not kept any longer are removed. Archiving is turned on when it is off. Then the whole log of the
    repository is checked. Raises BackupError; a backup that failed leaves nothing behind.
    """
    # store_backup, who may do this on another server, may enter the store's database only.
    url = access.admin() if repository.outside else access.admin("postgres")
    with connect(url, autocommit=True, application_name="storeproc backup") as connection:
        identifier = fetch_value(connection, "SELECT system_identifier FROM pg_control_system()")
        repository.prepare(identifier)
        _require_recipients(repository, wish)
        with repository.locked():
            for leftover in repository.base.glob(".*.part"):
                shutil.rmtree(leftover)
            _begin_archiving(repository, connection, say)
            parent = None if wish.full else _parent(repository, connection, say)
            backup = _base_backup(repository, access, connection, parent, wish, say)
            # On another server this may be store_backup, which may not close a segment: that of the backup's end is
            # closed by the backup.
            wait_for_archive(repository, connection, backup.stop if repository.outside else None)
            if repository.outside and repository.recipients:
                encrypt_readable_log(repository, say)
            record(access, backup.kind, backup.bytes, say)
            prune(repository, wish.retention, say)
            gaps = _check_log(repository, say)
            record_faults(access, "backup", len(gaps), say)
            return Taken(backup, gaps)


def _require_recipients(repository: Repository, wish: Wish) -> None:
    """Raises BackupError where encryption would end because a setting is missing, or the server cannot encrypt."""
    if repository.recipients and not repository.outside:
        require_archiver(repository.layout, repository.wal, repository.recipients)
    known = repository.backups()
    if known and known[-1].encrypted and not repository.recipients and not wish.plain:
        raise BackupError(
            f"the last backup in {repository.folder} is encrypted, and STOREPROC_BACKUPS_ENCRYPT_TO is not set: set "
            "it, or add --plain to go on without encryption."
        )


def _check_log(repository: Repository, say: Say) -> list[Gap]:
    log = Log(repository.wal, repository.layout)
    started = time.monotonic()
    faults = log.check(say)
    took = time.monotonic() - started
    say(f"checked {len(log.names)} files of the log, {len(faults)} of them are missing or damaged ({took:.1f} s)")
    # Also where no file is known to be at fault: one that was lost with its checksum is a hole between the others.
    return find_gaps(repository, log, repository.windows(log)) if find_gaps(repository, log, []) else []


def record(access: Access, kind: str, size: int | None, say: Say) -> None:
    """Tell the database that a backup (or drill, or copy) succeeded, for the alerts; or, with a kind that ends in
    `_failed`, that one failed. A failure here is only told."""
    _tell(access, "SELECT monitor.record_backup(%s, %s)", [kind, size], say)


def record_faults(access: Access, found_by: str, faults: int, say: Say) -> None:
    """Tell the database how many faults a check of the backups has found, for the alerts."""
    _tell(access, "SELECT monitor.record_faults(%s, %s)", [found_by, faults], say)


def _tell(access: Access, statement: LiteralString, values: list[object], say: Say) -> None:
    try:
        with connect(access.url("store_backup"), application_name="storeproc backup") as connection:
            connection.execute("SET LOCAL synchronous_commit = local")  # not to wait for a standby that is gone
            connection.execute(statement, values)
    except psycopg.Error as error:
        say(f"this could not be recorded for monitoring: {error.diag.message_primary or str(error).strip()}")


def _begin_archiving(repository: Repository, connection: psycopg.Connection[Any], say: Say) -> None:
    if repository.outside:
        command = str(fetch_value(connection, "SHOW archive_command"))
        if fetch_value(connection, "SHOW archive_mode") == "off" or str(repository.wal) not in command:
            raise BackupError(
                f"the server of DATABASE_URL does not archive its log to {repository.wal}, a folder that both "
                "see: docker-compose.yml shows how. Without it, backups/backup.sh makes dumps."
            )
        return
    layout = repository.layout
    if (layout.archive, layout.recipients) == (repository.wal, repository.recipients):
        return
    elsewhere = layout.archive != repository.wal  # else only the recipients have changed
    archive_to(layout, repository.wal, repository.recipients)
    connection.execute("SELECT pg_reload_conf()")
    wait_for_archive(repository, connection)  # proves that archiving works
    if elsewhere and repository.backups():
        _archive_discarded(repository, connection)
    how = ", encrypted," if repository.recipients else ""
    say(f"the write-ahead log is archived to {repository.wal}{how} from now on")


def _archive_discarded(repository: Repository, connection: psycopg.Connection[Any]) -> None:
    """Archive what `archive_command = true` has discarded, as far as the server still has it.

    A copy that was restored with --into becomes the store and goes on in the folder of the former one: its log begins
    on a new timeline, whose history file a later restore needs.
    """
    last = str(fetch_value(connection, "SELECT left(last_archived_wal, 24) FROM pg_stat_archiver"))
    for path in sorted((repository.layout.cluster / "pg_wal").iterdir()):
        discarded = HISTORY_NAME.fullmatch(path.name) or (
            SEGMENT_NAME.fullmatch(path.name) and path.name[:8] == last[:8] and path.name <= last
        )
        if discarded and not any((repository.wal / f"{path.name}{end}").exists() for end in ENDS):
            add_to_archive(repository.wal, path, repository.layout, repository.recipients)


def _close_segment(connection: psycopg.Connection[Any]) -> str:
    """The name of the segment of the log that ends now."""
    connection.execute("SELECT pg_create_restore_point('storeproc backup')")  # an empty segment is not closed
    return str(fetch_value(connection, "SELECT pg_walfile_name(pg_switch_wal())"))


def wait_for_archive(repository: Repository, connection: psycopg.Connection[Any], up_to: str | None = None) -> None:
    """Return when the log up to a position, which is complete, is in the archive; None: up to now.

    Raises BackupError when no segment arrives for a minute.
    """
    if up_to is None:
        name = _close_segment(connection)
    else:
        row = connection.execute("SELECT pg_walfile_name(%s::text::pg_lsn)", [up_to]).fetchone()
        name = row[0] if row else ""
    deadline = 0.0
    arrived = -1
    again = MOST_CLOSED if up_to is None else 0
    while True:
        row = connection.execute("SELECT archived_count, left(last_archived_wal, 24) FROM pg_stat_archiver").fetchone()
        number, last = row or (0, None)
        if any((repository.wal / f"{name}{end}").exists() for end in ENDS):
            return
        if again and last is not None and last >= name:
            # The archiver had not heard of its new command yet, and gave this segment to the former one.
            again, name = again - 1, _close_segment(connection)
        # A long queue or a slow disk is not an error while segments still arrive.
        if number != arrived:
            arrived, deadline = number, time.monotonic() + ARCHIVE_TIMEOUT
        if time.monotonic() > deadline:
            raise BackupError(
                f"the write-ahead log does not reach {repository.wal} ({name} is missing). Is the disk full? "
                f"The reason is in {'the log of the server' if repository.outside else repository.layout.log}."
            )
        time.sleep(0.05)


def _parent(repository: Repository, connection: psycopg.Connection[Any], say: Say) -> Backup | None:
    """The backup to build on: the last, unless its chain is too old or not complete, or on a timeline that was left."""
    known = repository.backups()
    if not known:
        return None
    if known[-1].encrypted != bool(repository.recipients):
        say(f"encryption {'begins' if repository.recipients else 'ends'} with a full backup")
        return None
    if fetch_value(connection, "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)") != f"{known[-1].timeline:08X}":
        say(f"the database was restored, or a standby was promoted, after {known[-1].id}: taking a full backup")
        return None
    try:
        chain = repository.chain(known[-1])
    except BackupError as error:
        say(f"{error}: taking a full backup")
        return None
    return known[-1] if datetime.now(UTC) - chain[0].available_from < NEW_CHAIN_AFTER else None


def _base_backup(
    repository: Repository,
    access: Access,
    connection: psycopg.Connection[Any],
    parent: Backup | None,
    wish: Wish,
    say: Say,
) -> Backup:
    layout = repository.layout
    began = datetime.now(UTC)
    while any(repository.base.glob(f"{began.strftime(TIMESTAMP)}?")):  # a small database is copied within a second
        time.sleep(0.05)
        began = datetime.now(UTC)
    number = began.strftime(TIMESTAMP)
    draft = repository.base / f".{number}.part"
    draft.mkdir(mode=0o700)
    os.chown(draft, layout.uid, layout.gid)
    say(f"copying what changed since {parent.id}" if parent else "copying the whole database")
    try:
        _copy(repository, access, connection, parent, draft, wish, say)
        ended = datetime.now(UTC)
        size = folder_size(draft)
        say(f"copied {format_size(size)} ({(ended - began).total_seconds():.1f} s); checking it")
        started = time.monotonic()
        verify_data(layout, draft)
        say(f"it is complete and undamaged ({time.monotonic() - started:.1f} s)")
        log = json.loads((draft / "data" / "backup_manifest").read_text())["WAL-Ranges"][-1]
        kind = "incremental" if parent else "full"
        backup = Backup(
            id=f"{number}{kind[0].upper()}",
            kind=kind,
            parent=parent.id if parent else None,
            began=began.isoformat(),
            ended=ended.isoformat(),
            timeline=log["Timeline"],
            start=log["Start-LSN"],
            stop=log["End-LSN"],
            bytes=size,
            version=str(fetch_value(connection, "SHOW server_version")),
            encrypted=bool(repository.recipients),
        )
        _publish(repository, backup, draft)
    except BackupError as error:
        shutil.rmtree(draft)
        if parent is not None and "WAL summar" in str(error):
            # After a restore the server has no summaries of the log from before.
            say(f"there is no list of what changed since {parent.id}: taking a full backup")
            return _base_backup(repository, access, connection, None, wish, say)
        raise
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return backup


def _copy(
    repository: Repository,
    access: Access,
    connection: psycopg.Connection[Any],
    parent: Backup | None,
    draft: Path,
    wish: Wish,
    say: Say,
) -> None:
    conninfo, password = _without_password(access.url("store_backup", "postgres"))
    layout, recipients = repository.layout, repository.recipients
    # The backup contains the log of its duration, so that it can be restored without the archive.
    where = [f"--pgdata={'-' if recipients else draft / 'data'}", f"--wal-method={'fetch' if recipients else 'stream'}"]
    arguments = [
        f"--dbname={conninfo}",
        *where,
        "--checkpoint=fast",
        f"--label=storeproc {draft.stem[1:]}",
        "--no-password",
        "--progress",
        *(["--format=tar", "--compress=client-gzip:1"] if wish.compress or recipients else []),
        *([f"--max-rate={wish.max_rate}"] if wish.max_rate else []),
        *([f"--incremental={repository.data_of(parent)}/backup_manifest"] if parent else []),
    ]
    if recipients:

        def consume(output: IO[bytes]) -> None:
            write_encrypted(output, draft / "data", recipients, (layout.uid, layout.gid))

        with log_is_kept(connection):
            run_program(layout, "pg_basebackup", *arguments, password=password, say=say, consume=consume)
        return
    run_program(layout, "pg_basebackup", *arguments, password=password, say=say)
    if wish.compress:
        separate_log(draft)


def _publish(repository: Repository, backup: Backup, draft: Path) -> None:
    """Write backup.json and give the folder its final name; the backup exists from then on."""
    with (draft / "backup.json").open("w") as file:
        # Older versions know no `encrypted`.
        json.dump(
            {name: value for name, value in asdict(backup).items() if value or name != "encrypted"}, file, indent=2
        )
        file.flush()
        os.fsync(file.fileno())
    write_checksum(draft / "backup.json")
    sync_folder(draft)
    draft.rename(repository.base / backup.id)
    sync_folder(repository.base)


def _without_password(url: str) -> tuple[str, str]:
    given = parameters(url)
    password = given.pop("password", "")
    return make_conninfo("", **given), password
