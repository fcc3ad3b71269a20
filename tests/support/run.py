"""Starts the server of a run, in the process that controls it, and stops it at the end."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from db.deploy import migrate
from db.server.access import Access
from db.server.supervisor import Server
from tests.support.cluster import ROOT, TEMPLATE, UNLIMITED
from tests.support.forks import forks
from tests.support.pgtap import fetch_pgtap

MEMORY = Path("/dev/shm")
PREFIX = "storeproc-test-"
TESTS = ROOT / "tests"

_started: list[Server] = []
_folders: list[Path] = []


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are processors: a worker waits for events two fifths of its time."""
    return min(4, (os.cpu_count() or 1) + 1)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    option = config.option
    if hasattr(config, "workerinput") or option.collectonly or option.help or getattr(option, "version", 0):
        return
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_disk()))
    _folders.append(folder)
    # The disk may lie here: no test pulls the plug, and killing processes is safe without fsync.
    server = Server(
        folder,
        secret="test" * 16,
        extensions=folder / "pgtap",
        settings={
            "max_connections": "400",
            "storeproc.connection_limits": "own",  # four workers share it, each with tests of many connections
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "128MB",
            "summarize_wal": "off",
            "wal_level": "logical",  # for the publication of events
        },
    )
    _started.append(server)
    try:
        access = server.start("tests")
        if any((TESTS / "pgtap").glob("*.sql")):
            fetch_pgtap(folder / "pgtap")
        template = Access(access.admin(TEMPLATE), access.secret)
        migrate.migrate(template)
        with psycopg.connect(template.admin(), autocommit=True) as connection:
            connection.execute(UNLIMITED)
        with psycopg.connect(access.admin("postgres"), autocommit=True) as connection:
            connection.execute(
                f"ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS false"
            )  # a template with a guest cannot be copied
    except BaseException as error:
        _end()
        if isinstance(error, Exception):
            raise pytest.UsageError(f"the test database cannot be made: {error}") from error
        raise
    os.environ["STOREPROC_TEST_URL"] = template.admin_url
    os.environ["STOREPROC_TEST_SECRET"] = template.secret
    os.environ["STOREPROC_TEST_DATA"] = str(folder)


def _disk() -> Path | None:
    """Where servers and backups lie: in memory where there is room. Hundreds of databases come and go, each of a
    thousand files. What runs that were killed left there is removed."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < 4e9:
        return None
    for left in MEMORY.glob(f"{PREFIX}*"):
        with suppress(OSError), (left / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # that of the Server
            shutil.rmtree(left, ignore_errors=True)
    return MEMORY


# Fuzzing, histories of payments, crashes, the matrix of functions and roles, faults, attacks, benches, standby,
# upgrades, compose, physical backups, generated clients: `make test-long`.
LONG = ("prove", "bench", "scale", "backups", "deployment", "clients")
LONG_FILES = ("test_fuzzing", "test_stories", "test_crashes", "test_matrix")
# A long file that begins last is one that all other processes wait for. These take more than ten seconds.
LONGEST = (
    "test_faults.py", "test_soak.py", "test_dumps.py", "test_deploy_under_load.py", "test_drill.py", "test_matrix.py",
    "test_upgrade_records.py", "test_upgrade_rolling.py", "test_generated_clients.py",
)  # fmt: skip
FIRST = ("http", "payments", *LONG, "security", "console", "monitoring")


def _is_long(path: Path) -> bool:
    return path.relative_to(TESTS).parts[0] in LONG or path.stem.startswith(LONG_FILES)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What `make test` and `make test-long` leave out is not imported: each worker would for seconds."""
    wanted = config.option.markexpr
    if wanted not in ("long", "not long") or not collection_path.is_relative_to(TESTS) or collection_path == TESTS:
        return None
    if collection_path.is_dir():  # others may hold a long file
        return True if wanted == "not long" and _is_long(collection_path) else None
    return True if _is_long(collection_path) == (wanted == "not long") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the long tests, and puts long files first."""
    place = {folder: number for number, folder in enumerate(FIRST)}
    for item in items:
        if _is_long(item.path):
            item.add_marker(pytest.mark.long)
    items.sort(
        key=lambda item: (
            item.path.name not in LONGEST,
            not _is_long(item.path),
            place.get(item.path.relative_to(TESTS).parts[0], len(FIRST)),
        )
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    forks.stop()
    _end()


def _end() -> None:
    while _started:
        _started.pop().stop()
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)
