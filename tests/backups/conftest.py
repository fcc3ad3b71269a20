"""Disks that are full soon, and the scripts of backups/ as a person runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from db.server.access import Access

ROOT = Path(__file__).parents[2]
OURS = (
    "DATABASE_URL",
    "STOREPROC_DATA",
    "STOREPROC_SECRET",
    "STOREPROC_BACKUPS",
    "STOREPROC_RUN",
    "STOREPROC_ENVIRONMENT",
)


@pytest.fixture(scope="session")
def disk() -> Path:
    """Where clusters and backups lie: in memory where there is room, since backups sync every file they write."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4e9:
        return memory
    return Path(os.environ["STOREPROC_TEST_DATA"])


@pytest.fixture(scope="module")
def folder(disk: Path) -> Iterator[Path]:
    # Not pytest's tmp_path: a folder below one of mode 0700 is out of reach for the system user that serves root.
    made = Path(tempfile.mkdtemp(prefix="storeproc-backups-", dir=disk))
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
