"""The secrets of a data folder: the administrator's (`secret`), and those of consumers (`secrets/<consumer>`)."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from db.server.access import CONSUMERS, Access, ServerError
from db.server.connecting import connect
from db.server.folders import own_folder, user_name


def read_secret(data: Path, given: str | None = None) -> str:
    """`given` (STOREPROC_SECRET), or the secret in the data folder, which is created the first time.

    Raises ServerError when the file is not readable or too short.
    """
    if given:
        return given
    file = data / "secret"
    if not file.exists():
        own_folder(data)
        # Written to a draft and linked: two processes at once agree on one secret, and neither reads half of it.
        draft = data / f".secret.{os.getpid()}"
        _write(draft, secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return _read(file)


def read_secrets(data: Path) -> dict[str, str]:
    """The secrets of the consumers that have one of their own, by consumer.

    Raises ServerError when a file is not readable or too short.
    """
    files = {consumer: data / "secrets" / consumer for consumer in CONSUMERS}
    return {consumer: _read(file) for consumer, file in files.items() if file.exists()}


def write_secret(data: Path, consumer: str, secret: str) -> None:
    """Give a consumer this secret. Its passwords are set by the caller, or by the next `storeproc migrate`."""
    folder = data / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    draft = folder / f".{consumer}.{os.getpid()}"
    _write(draft, secret)
    if os.geteuid() == 0:  # as changing_secret() does
        owner = data.stat()
        for path in (folder, draft):
            os.chown(path, owner.st_uid, owner.st_gid)
    draft.replace(folder / consumer)


def _read(file: Path) -> str:
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            file.chmod(0o600)
        secret = file.read_text().strip()
    except PermissionError:
        raise ServerError(
            f"{file} is not readable for {user_name(os.geteuid())}: run as the user who owns it."
        ) from None
    if len(secret) < 32:
        raise ServerError(f"{file} is damaged: it must hold 32 characters or more.")
    return secret


@contextmanager
def changing_secret(data: Path, secret: str) -> Iterator[None]:
    """Replace the secret of the data folder after the body has changed the passwords.

    The new secret is on the disk before the body runs: `finish_change` completes a change that was interrupted.
    """
    draft = data / "secret.new"
    _write(draft, secret)
    if os.geteuid() == 0 and (data / "secret").exists():  # root may change the secret of an ordinary user's server
        owner = (data / "secret").stat()
        os.chown(draft, owner.st_uid, owner.st_gid)
    yield
    draft.replace(data / "secret")


def finish_change(data: Path, access_with: Callable[[str], Access]) -> Access | None:
    """Complete a change of the secret that was interrupted after the passwords changed and before the file did.

    Returns the access that works, or None when no change was interrupted.
    """
    draft = data / "secret.new"
    if not draft.exists():
        return None
    access = access_with(draft.read_text().strip())
    try:
        connect(access.admin("postgres"), connect_timeout=30).close()
    except psycopg.OperationalError:
        return None
    draft.replace(data / "secret")
    return access


def _write(file: Path, secret: str) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:  # noqa: PTH123  # mode at creation
        out.write(secret + "\n")
        out.flush()
        os.fsync(out.fileno())
