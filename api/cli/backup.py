"""storeproc backup, restore: physical backups."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.cli.arguments import Commands
from api.cli.backup_files import add_file_commands
from api.cli.database import RefusedError, check_invariants, open_database, read_settings_with
from api.cli.terminal import Progress, console, errors, print_hint
from api.settings import Settings
from api.settings_backups import rate
from backups.copying import copy_away
from backups.drill import is_possible, run_drill
from backups.encryption import parse_recipients
from backups.gaps import summary
from backups.log import Log
from backups.programs import BackupError, Say, folder_size, format_moment, yield_to_others
from backups.repository import Repository
from backups.restore import Request, parse_moment, restore_backup
from backups.retention import Retention
from backups.take import Wish, record, record_faults, take_backup
from backups.verify import verify
from db.deploy.source import source_version
from db.server.access import Access, ServerError
from db.server.connecting import connect
from db.server.supervisor import Server

# Exit status: the backup was taken, but the log has gaps, so that some moments before it cannot be restored.
TAKEN_BUT_GAPS = 3
# The drill was not tried: the key is not here.
NOT_TRIED = 4
# Kinds of monitor.record_backup, beside full, incremental and dump.
DRILL, COPY, VERIFY = "restore_drill", "offsite_copy", "verify"


def add_commands(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    save = commands.add_parser("backup", help="take a physical backup, incremental where possible; also list, verify")
    save.add_argument("--full", action="store_true", help="take a full backup even if an incremental one is possible")
    save.add_argument(
        "--keep", type=_at_least_one, default=2, metavar="N",
        help="keep at least N full backups and theirs (2), and what the last STOREPROC_BACKUPS_DAYS days need",
    )  # fmt: skip
    save.add_argument(
        "--max-rate",
        type=_rate,
        metavar="RATE",
        help="read at most RATE kB a second, or MB with M (STOREPROC_BACKUPS_MAX_RATE)",
    )
    save.add_argument("--compress", action="store_true", help="compress it (STOREPROC_BACKUPS_COMPRESS)")
    save.add_argument(
        "--plain",
        action="store_true",
        help="no encryption from now on, although the last backup is encrypted and STOREPROC_BACKUPS_ENCRYPT_TO unset",
    )
    save.set_defaults(run=_backup)
    more = save.add_subparsers(metavar="[list|verify|drill|copy|encrypt|decrypt]")
    listing = more.add_parser("list", help="list the backups, the moments that can be restored, and gaps in the log")
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(run=_list_backups)
    verifying = more.add_parser("verify", help="read all backups, log and dumps, and compare them with their checksums")
    verifying.add_argument("--json", action="store_true", help="print JSON")
    verifying.set_defaults(run=_verify)

    drill = more.add_parser("drill", help="restore the latest state beside the store, check every invariant, record it")
    drill.add_argument(
        "--in", type=Path, dest="place", metavar="FOLDER", help="where there is room (default: beside STOREPROC_DATA)"
    )
    drill.set_defaults(run=_drill)
    copying = more.add_parser("copy", help="run STOREPROC_BACKUPS_COPY, which copies the backups to another place")
    copying.set_defaults(run=_copy)
    add_file_commands(more)

    restore = commands.add_parser("restore", help="restore a physical backup; dumps: backups/restore.sh")
    goal = restore.add_mutually_exclusive_group()
    goal.add_argument(
        "--to", metavar="TIME", help="the state at this moment, such as 2026-11-21T09:30:00Z (default: the latest)"
    )
    goal.add_argument(
        "--accept-end", metavar="MOMENT",
        help="the latest state that can be reached, if the log is damaged; refused if that is before this moment",
    )  # fmt: skip
    restore.add_argument(
        "--into", type=Path, metavar="FOLDER", help="restore into a new data folder and leave the present one alone"
    )
    restore.add_argument(
        "--accept-broken", action="store_true", help="also restore data that violate invariants, as they were before"
    )
    restore.set_defaults(run=_restore)


def _at_least_one(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number, 1 or more, is expected")
    return int(text)


def _rate(text: str) -> str:
    try:
        return rate(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _repository(settings: Settings) -> Repository:
    outside = settings.database_url is not None
    if outside and settings.backups is None:
        raise RefusedError(
            "DATABASE_URL names a server that is not embedded: if it archives its log to a folder that is visible "
            "here, name that folder with STOREPROC_BACKUPS (see backups/README.md); else backups/backup.sh makes dumps."
        )
    return Repository.of(
        settings.data,
        settings.backups,
        outside=outside,
        recipients=parse_recipients(settings.backups_encrypt_to or ""),
        identity=settings.backups_identity,
    )


def _backup(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    repository = _repository(settings)
    say = Progress()
    wish = Wish(
        full=options.full,
        compress=options.compress or settings.backups_compress,
        max_rate=options.max_rate or settings.backups_max_rate,
        retention=Retention(settings.backups_days, options.keep),
        plain=options.plain,
    )
    with open_database(settings, "backup") as access:
        with _failure_recorded(access, "base", say):
            taken = take_backup(repository, access, wish, say)
        say(f"{taken.backup.id} is in {repository.folder}")
        for gap in taken.gaps:
            errors.print(f"storeproc: {gap}.", markup=False)
        _warn_of_disk(repository, settings)
        if settings.backups_copy is not None:
            with _failure_recorded(access, COPY, say):
                copy_away(repository, settings.backups_copy, say)
            record(access, COPY, taken.backup.bytes, say)
    return TAKEN_BUT_GAPS if taken.gaps else 0


@contextmanager
def _failure_recorded(access: Access, kind: str, say: Say) -> Iterator[None]:
    """Record that an attempt failed: the alerts tell one that never succeeded from one that is not set up."""
    try:
        yield
    except BackupError:
        record(access, f"{kind}_failed", None, say)
        raise


def _warn_of_disk(repository: Repository, settings: Settings) -> None:
    if repository.on_the_same_disk and settings.backups_copy is None:
        print_hint(
            f"{repository.folder} is on the same file system as the data, so one disk's loss takes both: "
            "set STOREPROC_BACKUPS to a folder on another disk, or STOREPROC_BACKUPS_COPY to a command that copies it."
        )


def _drill(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    repository = _repository(settings)
    say = Progress()
    place = (options.place or settings.data.parent).absolute()
    if not is_possible(repository):
        errors.print(
            f"storeproc: not tried: the backups in {repository.folder} are encrypted, and the key is not here. Run the "
            "drill where it is, with STOREPROC_BACKUPS_IDENTITY.",
            markup=False,
        )
        return NOT_TRIED
    with open_database(settings, "drill") as access:
        with _failure_recorded(access, DRILL, say):
            done, size = run_drill(repository, place, _prove, say)
        record(access, DRILL, size, say)
    say(f"{done.backup} was restored up to {format_moment(done.last_commit)}; the copy is removed")
    return 0


def _copy(_: argparse.Namespace) -> int:
    settings = read_settings_with()
    repository = _repository(settings)
    if settings.backups_copy is None:
        raise RefusedError("STOREPROC_BACKUPS_COPY is not set: backups/README.md has examples.")
    say = Progress()
    try:
        copy_away(repository, settings.backups_copy, say)
    except BackupError:
        _tell_database(settings, lambda access: record(access, f"{COPY}_failed", None, say), say)
        raise
    size = folder_size(repository.folder)
    _tell_database(settings, lambda access: record(access, COPY, size, say), say)
    return 0


def _list_backups(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    repository = _repository(settings)
    log = Log(repository.wal, repository.layout, key=repository.key)
    log.check(print_hint)
    found = summary(repository, log)
    if options.json:
        console.print_json(data=found)
        return 0
    lines = [("backup", "taken (UTC)", "size", "log from", "to", "builds on")]
    for each in repository.backups():
        taken = each.ended[:19].replace("T", " ")
        lines.append((each.id, taken, f"{each.bytes / 1e6:,.1f} MB", each.start, each.stop, each.parent or ""))
    for columns in lines:
        console.print("{:16}  {:19}  {:>12}  {:12}  {:12}  {}".format(*columns).rstrip(), markup=False)
    kept = found["log"]
    size = f"{kept['segments']} log segments, {kept['bytes'] / 1e6:,.1f} MB"
    console.print(f"{size}, in {repository.folder}", markup=False)
    for window in found["moments"]:
        moments = f"any moment can be restored from {window['from']} to {window['to']}"
        console.print(f"{moments} (timeline {window['timeline']})", markup=False)
    _print_encryption(repository, found)
    for gap in found["gaps"]:
        console.print(f"gap: {gap['description']}", markup=False)
    _warn_of_disk(repository, settings)
    if kept["without_checksum"]:
        console.print(f"{kept['without_checksum']} segments have no checksum, as in older versions", markup=False)
    return 0


def _print_encryption(repository: Repository, found: dict[str, Any]) -> None:
    told = found["encrypted"]
    if not told["backups"] and not told["segments"]:
        return
    has = "has its key" if told["key_is_here"] else "lacks its key: STOREPROC_BACKUPS_IDENTITY"
    shown = f"{told['backups']} of {len(found['backups'])} backups and {told['segments']} log segments are encrypted"
    console.print(f"{shown}; a restore or drill from here {has}", markup=False)
    if told["without_note"] and not told["key_is_here"]:
        console.print(
            f"the last commits of {told['without_note']} segments are not known without the key", markup=False
        )


def _verify(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    repository = _repository(settings)
    say = print_hint if options.json else Progress()
    yield_to_others()
    found = verify(repository, say)
    size = folder_size(repository.folder)

    def tell(access: Access) -> None:
        record_faults(access, VERIFY, len(found.faults), say)
        record(access, VERIFY, size, say)

    _tell_database(settings, tell, say)
    if options.json:
        console.print_json(data=found.as_json())
        return 1 if found.faults else 0
    if found.without_checksum:
        print_hint(f"{found.without_checksum} segments have no checksum, as in older versions; gzip's was checked")
    for fault in found.faults:
        errors.print(f"storeproc: {fault}.", markup=False)
    if not found.faults:
        console.print("everything is complete and undamaged", markup=False)
    return 1 if found.faults else 0


def _tell_database(settings: Settings, tell: Callable[[Access], None], say: Say) -> None:
    """Tell the database, for the alerts, if it runs: backups are verified and copied without it, too."""
    try:
        if settings.database_url is None and not _is_running(settings.data):
            return
        with open_database(settings, "backup") as access:
            tell(access)
    except ServerError as error:
        say(f"this could not be recorded for monitoring: {error}")


def _is_running(data: Path) -> bool:
    if not (data / "lock").exists():
        return False
    server = Server(data)
    free = server.lock("verify")
    server.stop()
    return not free


def _restore(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    moment = parse_moment(options.to) if options.to else None
    accept_end = parse_moment(options.accept_end) if options.accept_end else None
    into = options.into.absolute() if options.into else None
    if into is None and settings.database_url is not None:
        raise RefusedError("the server of DATABASE_URL is not replaced: add --into FOLDER, see backups/README.md.")
    say = Progress()
    request = Request(moment, accept_end, into, options.accept_broken)
    done = restore_backup(_repository(settings), request, secret=settings.secret, prove=_prove, say=say)
    say(f"restored from {done.backup} to {done.cluster}")
    if done.before is not None:
        say(f"the previous cluster is in {done.before}: remove it when you no longer need it")
    if done.deployed != source_version():
        say(f"the restored database was deployed from another version of the source (schema {done.deployed[0]})")
    if into is not None:
        say(
            "this copy archives no log and has no backups. Before it takes the store's place: `storeproc backup`, "
            "in a folder of its own while the store goes on archiving to this one"
        )
    say("next: `storeproc migrate` sets the passwords of this secret and deploys this source; `make up` does both, too")
    return 0


def _prove(access: Access) -> tuple[list[tuple[str, bool, str]], tuple[str, str]]:
    checks = [(item["name"], item["ok"], item["detail"] or "") for item in check_invariants(access)["checks"]]
    with connect(access.admin(), autocommit=True) as connection:
        deployed = connection.execute("SELECT schema_version, code_digest FROM migration.deployed").fetchone()
    return checks, deployed or ("", "")
