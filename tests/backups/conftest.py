"""Disks that are full soon, the scripts of backups/ as a person runs them, and a data folder with its backups."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from backups.repository import Backup, Repository
from backups.restore import Request, Restored, restore_backup
from backups.retention import Retention
from backups.take import Wish, take_backup, wait_for_archive
from db.server.access import Access
from db.server.embedded import Layout, find_layout
from db.server.supervisor import Server

ROOT = Path(__file__).parents[2]
OURS = (
    "DATABASE_URL",
    "STOREPROC_DATA",
    "STOREPROC_SECRET",
    "STOREPROC_BACKUPS",
    "STOREPROC_RUN",
    "STOREPROC_ENVIRONMENT",
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Not pytest's tmp_path: a folder below one of mode 0700 is out of reach for the system user that serves root.
    made = Path(tempfile.mkdtemp(prefix="storeproc-backups-", dir=os.environ["STOREPROC_TEST_DATA"]))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Callable[[str, str], Path]]:
    """A file system of its own, of so many bytes."""
    mounted: list[Path] = []

    def mount(name: str, size: str) -> Path:
        if sys.platform != "linux" or os.geteuid() != 0:
            pytest.skip("only root mounts a small disk")
        place = folder / name
        place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True, check=False
        )
        if done.returncode != 0:
            pytest.skip("no small disk can be mounted here")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "--lazy", place], check=False)


@pytest.fixture(scope="module")
def run(folder: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """run(program, *arguments, DATABASE_URL=…): storeproc, or a script of backups/, which finds storeproc in PATH."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "storeproc").write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m api.cli "$@"\n')
    (programs / "storeproc").chmod(0o755)

    def call(program: str, *arguments: str | Path, **changes: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("PG")}
        path = ROOT / "backups" / program if program.endswith(".sh") else programs / program
        return subprocess.run(
            [path, *arguments],
            cwd=folder,
            env=kept | {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)} | changes,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    return call


def ask(access: Access, query: str, *, role: str | None = None, database: str | None = None) -> object:
    url = access.url(role, database) if role else access.admin(database)
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def load_demo(access: Access) -> None:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute((ROOT / "db/demo/demo.sql").read_bytes())


FAST = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "30"}


class Store:
    """A data folder, its server when it runs, its backups."""

    def __init__(self, home: Path) -> None:
        self.data, self.folder = home / "data", home / "backups"
        self.server: Server | None = None
        self.said: list[str] = []
        self.recipients: list[str] = []
        self.identity: Path | None = None

    def start(self, secret: str | None = None) -> Access:
        self.server = Server(self.data, settings=FAST, secret=secret)
        return self.server.start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
            self.server = None

    @property
    def repository(self) -> Repository:
        return Repository.of(self.data, self.folder, recipients=self.recipients, identity=self.identity)

    @property
    def layout(self) -> Layout:
        return find_layout(self.data)

    def back_up(
        self, access: Access, *, full: bool = False, keep: int = 2, days: int = 0, compress: bool = False
    ) -> Backup:
        wish = Wish(full=full, compress=compress, retention=Retention(days, keep))
        return take_backup(self.repository, access, wish, self.said.append).backup

    def note(self, access: Access, text: str) -> datetime:
        """A row, and a moment after which only later rows are committed."""
        with psycopg.connect(access.admin(), autocommit=True) as connection:
            connection.execute("INSERT INTO public.notes VALUES (%s)", [text])
            row = connection.execute("SELECT clock_timestamp()").fetchone()
            assert row
            moment: datetime = row[0]
            return moment

    def restore(
        self,
        moment: datetime | None = None,
        into: Path | None = None,
        secret: str | None = None,
        accept_end: datetime | None = None,
        *,
        accept_broken: bool = False,
    ) -> Restored:
        request = Request(moment, accept_end, into, accept_broken)
        return restore_backup(self.repository, request, secret=secret, prove=prove, say=self.said.append)

    def notes(self, access: Access) -> str:
        return str(ask(access, "SELECT string_agg(text, ' ' ORDER BY text) FROM public.notes"))


def prove(access: Access) -> tuple[list[tuple[str, bool, str]], tuple[str, str]]:
    with psycopg.connect(access.admin()) as connection:
        broken = connection.execute("SELECT 1 FROM public.notes WHERE text = 'unsound'").fetchone()
    return [("no note is unsound", broken is None, "")], ("", "")


def archived(store: Store, access: Access) -> None:
    """Everything up to now is in the archive."""
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        wait_for_archive(store.repository, connection)


@pytest.fixture(scope="module")
def made(folder: Path) -> Path:
    """A small cluster: copying it is cheaper than initdb."""
    home = folder / "made"
    home.mkdir()
    home.chmod(0o755)
    store = Store(home)
    access = store.start()
    for role in ("store_backup", "web_customer"):
        with psycopg.connect(access.admin("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{access.password(role)}'")  # type: ignore[arg-type]
    with psycopg.connect(access.admin("postgres"), autocommit=True) as connection:
        connection.execute("ALTER ROLE store_backup REPLICATION")
        connection.execute("CREATE DATABASE storeproc")
    ask_nothing(access, "CREATE TABLE public.notes (text text)")
    store.stop()
    return home


def ask_nothing(access: Access, statement: str) -> None:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture
def store(made: Path, folder: Path) -> Iterator[Store]:
    home = folder / "store"
    subprocess.run(["cp", "-a", made, home], check=True)
    made_store = Store(home)
    yield made_store
    made_store.stop()
    shutil.rmtree(home, ignore_errors=True)
