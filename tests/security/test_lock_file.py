"""The image is made of exactly the files whose hashes are committed, and an audit in CI is never green by silence."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.cluster import ROOT

LOCK = ROOT / ".ci" / "requirements.lock"
BUILD_LOCK = ROOT / ".ci" / "build.lock"
ENTRY = re.compile(
    r"^(?P<requirement>[a-z0-9][^\\\n]*?) \\\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def locked(file: Path) -> dict[str, Version]:
    """The versions of a lock file for this interpreter. Nothing but versions and hashes is in it."""
    text = file.read_text()
    assert ENTRY.sub("", text) == "", "a line that is no pinned version with its hashes"
    found = {}
    for entry in ENTRY.finditer(text):
        requirement = Requirement(entry["requirement"])
        [pin] = requirement.specifier
        assert pin.operator == "==", requirement
        if requirement.marker is None or requirement.marker.evaluate():
            found[canonicalize_name(requirement.name)] = Version(pin.version)
    return found


@pytest.mark.parametrize(
    ("file", "requirements"),
    [(LOCK, PROJECT["project"]["dependencies"]), (BUILD_LOCK, PROJECT["build-system"]["requires"])],
)
def test_the_lock_file_agrees_with_pyproject(file: Path, requirements: list[str]) -> None:
    pinned = locked(file)
    for line in requirements:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            version = pinned.get(canonicalize_name(requirement.name))
            assert version is not None, f"{requirement.name} is not locked: make lock"
            assert requirement.specifier.contains(version), f"{requirement.name} {version}: make lock"


def test_everything_that_runs_is_locked() -> None:
    """Also what our requirements require: pip would refuse to install without their hashes."""
    used = runpy.run_path(str(ROOT / ".ci" / "supply_chain.py"), run_name="supply_chain")["parts"]()
    assert set(used) - set(locked(LOCK)) == set(), "make lock"


def test_no_index_is_named_in_it() -> None:
    for file in (LOCK, BUILD_LOCK):
        assert not re.search(r"://|--index|--extra|--find-links|--trusted|file:", file.read_text())


def test_the_image_installs_nothing_without_a_hash() -> None:
    text = (ROOT / "api" / "Dockerfile").read_text()
    installs = re.findall(r"^.*\bpip\b.* (?:install|wheel) .*$", text, re.MULTILINE)
    assert len(installs) == 4
    for line in installs:
        assert "--require-hashes" in line or {"--no-index", "--no-deps"} <= set(line.split()), line


def test_every_image_can_be_given_by_its_digest() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    images = re.findall(r"^\s+image: (.+)$", compose, re.MULTILINE)
    ours = {"storeproc", "storeproc-pooler"}
    assert {image for image in images if not re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[a-z/]+:[\w.-]+\}", image)} <= ours
    assert compose.count("${BASE_IMAGE:-") == compose.count("dockerfile: api/Dockerfile")
    base = re.search(r"^ARG BASE=(\S+)$", (ROOT / "api" / "Dockerfile").read_text(), re.MULTILINE)
    assert base
    assert set(re.findall(r"\$\{BASE_IMAGE:-([^}]+)\}", compose)) == {base[1]}


@pytest.mark.parametrize(
    ("ci", "index", "status"),
    [("true", True, 1), ("", True, 0), ("true", False, 0)],
)
def test_in_ci_only_a_missing_network_excuses(ci: str, index: bool, status: int) -> None:
    """Without advisories: red in CI where the index answers, else told and green."""

    class Index(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'<!DOCTYPE html><html><body><a href="pip-1.0-py3-none-any.whl">pip-1.0</a></body></html>'
            self.send_response(200 if index else 503)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.send_error(503)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{server.server_port}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        done = subprocess.run(
            [sys.executable, ROOT / ".ci" / "supply_chain.py", "audit"],
            capture_output=True,
            text=True,
            check=False,
            env={
                **environment,
                "CI": ci,
                "PIP_CONFIG_FILE": os.devnull,
                "PIP_INDEX_URL": f"{here}/simple/",
                "PIP_AUDIT_VULNERABILITY_SERVICE": "osv",
                "PIP_AUDIT_OSV_URL": f"{here}/v1/query",
            },
        )
        server.shutdown()
    assert "NOT audited" in done.stdout, done.stdout + done.stderr
    assert done.returncode == status, done.stdout + done.stderr
    assert ("counts as a finding" in done.stdout) == (status == 1)


@pytest.mark.parametrize("ci", ["", "0", "false"])
def test_these_are_no_ci(ci: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", ci)
    chain = runpy.run_path(str(ROOT / ".ci" / "supply_chain.py"), run_name="supply_chain")
    chain["is_red"].__globals__["index_answers"] = lambda: pytest.fail("nothing is to be asked")
    assert chain["is_red"]([], ["not audited"]) is False
