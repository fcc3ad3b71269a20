"""Run the embedded PostgreSQL: start it, restart it when it dies, stop it."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psutil
import psycopg

from db.server import log
from db.server.access import Access, ServerError, first_line
from db.server.cluster import check_version, initialise, prepare_folders, server_version
from db.server.configuration import write_settings
from db.server.connecting import connect
from db.server.embedded import Layout, Say, find_layout, locate, silent
from db.server.folders import own_folder, user_name
from db.server.processes import (
    die_with_parent,
    environment,
    identity,
    is_ready,
    leftovers,
    postmaster,
    remove_stale_locks,
)
from db.server.secret import finish_change, read_secret

LONGEST_PAUSE = 10.0  # seconds between two attempts to restart a server that does not start
# Our roles must not use the databases that initdb created: they could keep large objects there.
CLOSE_MAINTENANCE = """
    DO $$ BEGIN
        IF NOT pg_is_in_recovery() THEN
            REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;
        END IF;
    END $$
"""


class Server:
    """The embedded PostgreSQL of one data folder.

    A lock on a file of the folder keeps every other process from running it. If this process is killed, the kernel
    asks the server to stop (Linux); elsewhere the next start does.
    """

    layout: Layout
    """Known after `start`."""

    def __init__(
        self,
        data: Path,
        *,
        secret: str | None = None,
        secrets: Mapping[str, str] | None = None,
        say: Say = silent,
        extensions: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """`secret` is STOREPROC_SECRET where it is set, `secrets` are those of consumers; `settings` win over all other
        settings of the server.

        `extensions` is a folder with share/postgresql/extension and lib, searched besides the server's own.
        """
        self.data = data.absolute()
        self.say = say
        self.extensions = extensions
        self.settings = settings or {}
        self._given_secret = secret
        self._given_secrets = secrets
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._retry_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster that this object started."""
        return self._process.pid if self._process is not None else None

    def start(self, purpose: str = "up") -> Access:
        """Start the server, however long its recovery takes. `purpose` is written to the lock file.

        Raises ServerError when another storeproc process runs the server already, or it does not start.
        """
        if self._lock is None and not self.lock(purpose):
            raise ServerError(f"storeproc already runs on {self.data} (process {self.holder()}). Stop that one first.")
        try:
            secret = read_secret(self.data, self._given_secret)
            self.layout = find_layout(self.data, self.say)
            access = self.layout.access(secret, self._given_secrets)
            prepare_folders(self.layout)
            check_version(self.layout)
            self.end_predecessor()
            initialise(self.layout, access, self.say)
            write_settings(self.layout, extensions=self.extensions, more=self.settings)
            self._launch()
            access = self._check_password(access)
        except BaseException:
            self.stop()
            raise
        return access

    def stop(self) -> None:
        """Stop the server and release the lock. Clients are disconnected; everything committed is kept."""
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
                    continue  # a second Ctrl-C must not leave the server running
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def revive(self) -> None:
        """Restart the server if it has died; after a failure (a full disk) the next attempt waits longer."""
        if self._process is None or (status := self._process.poll()) is None or time.monotonic() < self._retry_at:
            return
        try:
            self.say(f"PostgreSQL died (status {status}): {log.last_message(self.layout)}")
            self._launch()
            self._failures = 0
        except (ServerError, OSError) as error:
            pause = min(LONGEST_PAUSE, 0.5 * 2**self._failures)
            self._failures += 1
            self._retry_at = time.monotonic() + pause
            self.say(f"{error}; trying again in {pause:.1f} s")

    def __enter__(self) -> Access:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def lock(self, purpose: str) -> bool:
        """Take the lock of the data folder; False when another process holds it."""
        own_folder(self.data)
        try:
            file = (self.data / "lock").open("a+")
        except PermissionError:
            owner = user_name((self.data / "lock").stat().st_uid)
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
        """The process id of the lock's holder, as the lock file names it."""
        return (self.data / "lock").read_text().split(" ")[0] or "unknown"

    def purpose_of_holder(self) -> str:
        """The `purpose` that the lock's holder gave."""
        return (self.data / "lock").read_text().strip().partition(" ")[2]

    def end_predecessor(self) -> None:
        """Stop a server of this cluster that is still running although the process that started it has ended."""
        process = postmaster(self.layout)
        if process is None:
            return
        self.say(f"stopping the PostgreSQL of an earlier run that is still alive (process {process.pid})")
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT)
        while True:
            try:
                process.wait(10)
                return
            except psutil.TimeoutExpired:
                self.say("it is still writing its data")

    def _launch(self) -> None:
        """Start the postmaster, and again while processes of a killed one hold its shared memory."""
        layout = self.layout
        started = reported = time.monotonic()
        log.start_new(layout)
        while True:
            remove_stale_locks(layout)
            begin = log.position(layout)
            self._process = self._spawn()
            while self._process.poll() is None:
                if is_ready(layout, self._process.pid):
                    self.say(f"PostgreSQL {server_version(layout)} runs ({time.monotonic() - started:.1f} s)")
                    return
                time.sleep(0.02)
                if time.monotonic() - reported > 2:
                    reported = time.monotonic()
                    message = log.last_message(layout, begin)
                    self.say(f"waiting for PostgreSQL ({reported - started:.0f} s): {message}")
            words = log.read_since(layout, begin)
            waited = time.monotonic() - started
            # The children of a killed postmaster take a moment to notice, and hold its shared memory until they do.
            if ("is still in use" in words or "already exists" in words) and (alive := leftovers(layout)):
                if time.monotonic() - reported > 2:
                    reported = time.monotonic()
                    self.say(f"waiting for the processes of a killed server to end ({waited:.0f} s)")
                if waited > 5:
                    for process in alive:  # without a postmaster they do no work; crash recovery follows anyway
                        with suppress(psutil.Error):
                            process.kill()
            elif not ("is still in use" in words and waited < 10):
                message = log.last_message(layout, begin)
                raise ServerError(f"PostgreSQL does not start: {message} (full log: {layout.log})")
            time.sleep(0.1)

    def _spawn(self) -> subprocess.Popen[bytes]:
        layout = self.layout
        with open(os.open(layout.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as out:  # noqa: PTH123  # mode at creation
            return subprocess.Popen(
                [layout.program("postgres"), "-D", layout.cluster],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                env=environment(),
                start_new_session=True,  # Ctrl-C is for this process, which stops the server after its clients
                preexec_fn=die_with_parent(signal.SIGINT),
                **identity(layout),
            )

    def _check_password(self, access: Access) -> Access:
        try:
            with connect(access.admin("postgres"), connect_timeout=30) as connection:
                # Else a start would wait for ever for a synchronous standby that is gone.
                connection.execute("SET LOCAL synchronous_commit = local")
                connection.execute(CLOSE_MAINTENANCE)
                return access
        except psycopg.OperationalError as error:
            if "password authentication failed" not in str(error):
                raise ServerError(f"PostgreSQL refuses the connection: {first_line(error)}") from None
            if self._given_secret is None and (
                changed := finish_change(self.data, lambda secret: self.layout.access(secret, self._given_secrets))
            ):
                return changed
            raise ServerError(
                f"the cluster in {self.layout.cluster} was made with another secret: restore {self.data}/secret, "
                "or the STOREPROC_SECRET it was made with. `storeproc secret rotate` changes it."
            ) from None


@contextmanager
def running(
    data: Path,
    *,
    secret: str | None = None,
    secrets: Mapping[str, str] | None = None,
    say: Say = silent,
    purpose: str = "tool",
) -> Iterator[Access]:
    """Access to the embedded server of a data folder, for a tool.

    The server that runs is used; where none does, one is started for as long as the body takes.
    """
    server = Server(data, secret=secret, secrets=secrets, say=say)
    while not server.lock(purpose):
        access = locate(data, secret, secrets)
        try:
            connect(access.admin("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                if secret is None and finish_change(data, find_layout(data).access):
                    continue
                raise ServerError(f"the server of {data} was made with another secret than the given one.") from None
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
