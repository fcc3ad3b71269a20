"""The wheel is the whole store: installed alone, in an environment of its own, it deploys and has every file."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql

from db.server.access import Access
from tests.support.cluster import Cluster

ROOT = Path(__file__).parents[2]
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "api", "backups", "db", "monitoring")  # what api/Dockerfile copies


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: a build leaves folders beside what it builds."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", target, source],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (found,) = target.glob("storeproc-*.whl")
    return found


def files_of(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_file_of_the_source_is_in_it(wheel: Path) -> None:
    ours = subprocess.run(
        ["git", "ls-files", "api", "db", "backups/*.py", "monitoring/*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ours.returncode == 0, ours.stderr
    for_people = {"api/Dockerfile", "api/Caddyfile", "db/squawk.toml"}
    wanted = {
        name
        for name in ours.stdout.split()
        if (ROOT / name).exists() and name not in for_people and not name.startswith("db/docs/")
        if not name.endswith(".md")
    }
    assert len(wanted) > 500
    missing = wanted - files_of(wheel)
    assert not missing
    kinds = {Path(name).suffix for name in files_of(wheel)}
    assert {".py", ".sql", ".json", ".conf", ".ini", ".css", ".js"} <= kinds


def test_it_holds_nothing_else(wheel: Path) -> None:
    strange = [
        name
        for name in files_of(wheel)
        if not re.match(r"(api|backups|db|monitoring|storeproc-[\d.]+\.dist-info)/", name)
    ]
    assert not strange
    assert not [name for name in files_of(wheel) if re.search(r"\.pyc$|\.env$|file$", name)]


def test_every_package_that_is_imported_is_a_dependency(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        text = archive.read(metadata).decode()
        modules = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".py")}
    # Those of optional extras too, but not of the one for tests.
    required = re.findall(r"^Requires-Dist: ([\w-]+)(?![^\n]*extra == .test\b)", text, re.MULTILINE)
    known = packages_distributions()
    missing = set()
    for name, source in modules.items():
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for module in (each.partition(".")[0] for each in names):
                if module in sys.stdlib_module_names or module in ("api", "backups", "db", "monitoring"):
                    continue
                owners = {re.sub(r"[-_.]+", "-", owner).lower() for owner in known.get(module, [module])}
                if not owners & {re.sub(r"[-_.]+", "-", each).lower() for each in required}:
                    missing.add(f"{name}: {module}")
    assert len(required) > 20
    assert not missing


class Installed:
    """A fresh environment with the wheel in it. What it depends on comes from the tests' environment, nothing of ours
    does: neither the source tree nor its editable installation can be imported there."""

    def __init__(self, wheel: Path, home: Path, access: Access, folder: Path) -> None:
        venv.create(home, with_pip=False)
        done = subprocess.run(
            [sys.executable, "-m", "pip", "--python", home / "bin" / "python", "install", "-q", "--no-deps", wheel],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        (packages,) = (home / "lib").glob("python*/site-packages")
        others = [path for path in sys.path if path.endswith("site-packages")]
        (packages / "dependencies.pth").write_text("\n".join(others) + "\n")
        self.home, self.packages, self.folder = home, packages, folder
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("STOREPROC_", "DATABASE_", "PYTHON", "PG", "VIRTUAL_ENV"))
        }
        self.environment = kept | {
            "DATABASE_URL": access.admin_url,
            "STOREPROC_SECRET": access.secret,
            "STOREPROC_DATA": str(folder / "data"),
            "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        }

    def run(self, *command: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self.environment | changes, capture_output=True, text=True, timeout=180,
            check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def installed(wheel: Path, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    name = f"wheel_{os.getpid()}"
    access = Access(cluster.access.admin(name), cluster.access.secret)
    home, folder = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("empty")
    yield Installed(wheel, home, access, folder)
    with psycopg.connect(cluster.access.admin("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def test_it_deploys_a_database_and_a_shop_from_an_empty_folder(installed: Installed) -> None:
    where = installed.run("python", "-c", "import api, db; print(api.__file__, db.__file__)")
    assert where.stdout.count(str(installed.packages)) == 2, where.stdout + where.stderr
    for command in ("migrate", "demo", "check"):
        done = installed.run("storeproc", command)
        assert done.returncode == 0, done.stdout + done.stderr
    pending = installed.run("storeproc", "migrate", "--check")
    assert (pending.returncode, pending.stdout.strip()) == (0, "nothing is pending"), pending.stderr


def test_its_web_tier_serves_documentation_styles_and_console(installed: Installed) -> None:
    installed.run("storeproc", "migrate")
    port = installed.run(
        "python", "-c", "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
    )
    url = f"http://127.0.0.1:{port.stdout.strip()}"
    log = (installed.folder / "web.log").open("wb")
    web = subprocess.Popen(
        ["storeproc", "web"], cwd=installed.folder, stdout=log, stderr=log,
        env=installed.environment | {"PORT": port.stdout.strip(), "WEB_CONCURRENCY": "1"},
    )  # fmt: skip
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=30), timeout=60) as client:
            for path in ("/health/ready", "/docs", "/openapi.json", "/console", "/v1/products"):
                answer = client.get(url + path, follow_redirects=True)
                assert answer.status_code == 200, (path, answer.text, (installed.folder / "web.log").read_text())
            page = client.get(url + "/docs").text
            assert "<style" in page or ".css" in page
    finally:
        web.terminate()
        assert web.wait(60) == 0
        log.close()


def test_its_invoices_have_their_fonts_and_texts(installed: Installed) -> None:
    program = (
        "import importlib, pkgutil, api.invoices, api.gateways, api.carriers\n"
        "for package in (api.invoices, api.gateways, api.carriers):\n"
        "    for module in pkgutil.iter_modules(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "from api.languages.language import language\n"
        "print('imported', language('de')('document.invoice'))\n"
    )
    done = installed.run("python", "-c", program)
    assert done.stdout.strip() == "imported Rechnung", done.stderr


def test_a_psql_of_its_own_finds_the_database(installed: Installed) -> None:
    done = installed.run("storeproc", "psql", "--", "-Atc", "SELECT count(*) FROM migration.deployed")
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr
