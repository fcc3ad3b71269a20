"""Runs pgTAP: each tests/pgtap/*.sql is one test, in a transaction that is rolled back."""

from __future__ import annotations

import os
import re
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from db.server.access import Access
from tests.support.cluster import ROOT, Cluster, new_name
from tests.support.npm import fetch_package

PGTAP_PACKAGE = "@electric-sql/pglite-pgtap@0.0.15"


def fetch_pgtap(target: Path) -> None:
    """pgTAP's SQL as an extension folder that the server can read. Downloaded once into a cache, never committed."""
    archive = fetch_package(PGTAP_PACKAGE)
    target.mkdir(mode=0o755)
    with tarfile.open(archive) as package, tempfile.TemporaryDirectory() as draft:
        package.extract("package/dist/pgtap.tar.gz", draft, filter="data")
        with tarfile.open(Path(draft) / "package/dist/pgtap.tar.gz") as inner:
            inner.extractall(target, filter="data")
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".sql" and file_path.parent.name == "pgtap":
        return TapFile.from_parent(parent, path=file_path)
    return None


class TapFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        yield TapItem.from_parent(self, name=self.path.stem)


class TapFailure(Exception):
    pass


class TapItem(pytest.Item):
    def runtest(self) -> None:
        text = self.path.read_text(encoding="utf-8")
        lines: list[str] = []
        with psycopg.connect(_tap_database(), autocommit=True) as connection:
            connection.execute("SET search_path = tap, pg_catalog")
            connection.execute("BEGIN")
            try:
                cursor = connection.execute(text.encode())
            except psycopg.Error as error:
                raise TapFailure(f"{self.path.name}{_line(text, error)}: {str(error).strip()}") from None
            while True:
                if cursor.description:
                    lines += [str(row[0]) for row in cursor.fetchall() if row and row[0] is not None]
                if not cursor.nextset():
                    break
        judge_tap("\n".join(lines))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, TapFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"pgTAP {self.name}"


def _line(text: str, error: psycopg.Error) -> str:
    position = error.diag.statement_position
    return f":{text.count(chr(10), 0, int(position)) + 1}" if position else ""


def judge_tap(output: str) -> None:
    """Raise TapFailure unless this is TAP in which everything that was planned passed."""
    lines = output.splitlines()
    results = [line for line in lines if re.match(r"(not )?ok\b", line)]
    failed = [line for line in results if line.startswith("not ok") and not re.search(r"# (TODO|SKIP)", line)]
    plans = [int(found[1]) for line in lines if (found := re.fullmatch(r"1\.\.(\d+)(\s.*)?", line))]
    skipped_all = any(re.match(r"1\.\.0\b.*SKIP", line) for line in lines)
    trouble = []
    if failed:
        trouble.append(f"{len(failed)} of {len(results)} failed")
    if not results and not skipped_all:
        trouble.append("there is no test in it")
    if not plans:
        trouble.append("there is no plan: SELECT plan(n) or SELECT * FROM no_plan() and finish()")
    elif plans[-1] != len(results):
        trouble.append(f"{plans[-1]} were planned, {len(results)} ran")
    if trouble:
        told = [line for line in lines if not re.match(r"ok\b", line)]
        raise TapFailure("; ".join(trouble) + "\n" + "\n".join(told))


_tap: list[str] = []


def _tap_database() -> str:
    if not _tap:
        cluster = Cluster(Access(os.environ["STOREPROC_TEST_URL"], os.environ["STOREPROC_TEST_SECRET"]), Path())
        access = cluster.clone(new_name("pgtap"))  # gone with the whole server
        with psycopg.connect(access.admin(), autocommit=True) as connection:
            connection.execute(
                b"CREATE SCHEMA tap; CREATE EXTENSION pgtap SCHEMA tap; GRANT USAGE ON SCHEMA tap TO PUBLIC"
            )
            connection.execute((ROOT / "tests/pgtap/support/helpers.sql").read_bytes())
        _tap.append(access.admin())
    return _tap[0]
