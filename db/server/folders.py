"""Folders and their owners: what a process that may run as root needs to know of them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from db.server.access import ServerError


def own_folder(folder: Path) -> None:
    """Create a data folder with mode 0700, or check that the existing one is ours.

    Raises ServerError when it cannot be created, belongs to another user, or contains other files than storeproc's.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ServerError(
            f"cannot create the data folder {folder}: {error.strerror}. Set STOREPROC_DATA to another."
        ) from None
    if folder.stat().st_uid not in (os.geteuid(), 0):
        if os.geteuid() == 0:
            return  # an ordinary user's folder, which root may use but must not take over
        raise ServerError(
            f"{folder} belongs to {user_name(folder.stat().st_uid)}: run as that user, or set STOREPROC_DATA."
        )
    names = {path.name for path in folder.iterdir()}
    if names and not names & {"lock", "secret", "postgres"}:
        raise ServerError(
            f"{folder} contains files that are not storeproc's: set STOREPROC_DATA to a folder of its own."
        )


def user_name(uid: int) -> str:
    """The name of a user, or `user <uid>` where the system knows none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def visible(path: Path) -> bool:
    """Whether the path exists and this process may see it."""
    try:
        return path.exists()
    except PermissionError:
        return False


def existing_parent(path: Path) -> Path:
    """The nearest folder above the path that exists."""
    parent = path.parent
    while not parent.exists():
        parent = parent.parent
    return parent


def reachable(path: Path, uid: int, gid: int) -> bool:
    """Whether this user may enter (or execute) the path. A program that runs as the user asks the kernel."""
    test = shutil.which("test", path="/usr/bin:/bin")
    if test is None:
        raise ServerError("the program test is missing from /usr/bin.")
    return (
        subprocess.run([test, "-x", path], check=False, user=uid, group=gid, extra_groups=[], cwd="/").returncode == 0
    )


def chown_tree(folder: Path, uid: int, gid: int) -> None:
    """Give a folder and everything in it to another user; symbolic links are not followed."""
    for root, folders, files in os.walk(folder):
        for name in [".", *folders, *files]:
            os.chown(Path(root) / name, uid, gid, follow_symlinks=False)
