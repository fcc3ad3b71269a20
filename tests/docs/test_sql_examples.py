"""The examples in db/docs/examples run on the demo shop and print what is committed beside them.

To write the outputs again after a change: UPDATE_EXAMPLES=1 pytest tests/docs/test_sql_examples.py
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import psycopg
import pytest

from db.server.access import Access
from db.server.embedded import client_environment, embedded_binaries
from tests.support.cluster import ROOT

FOLDER = ROOT / "db/docs/examples"


@pytest.fixture(scope="module")
def shop(access: Access) -> Access:
    """A database with the demo shop."""
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute((ROOT / "db/demo/demo.sql").read_bytes())
    return access


def run(access: Access, file: Path) -> str:
    """What psql prints; of errors the message, without positions and context."""
    command = [
        str(embedded_binaries() / "bin" / "psql"), "-X", "-q", "-f", str(file), "-v", "VERBOSITY=terse", access.admin(),
    ]  # fmt: skip
    environment = {**os.environ, **client_environment()}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    errors = [re.sub(r"^psql:.*?:\d+: ", "", line) for line in done.stderr.splitlines()]
    return done.stdout + "".join(f"{line}\n" for line in errors)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.sql")), ids=lambda file: file.stem)
def test_an_example_prints_what_is_committed(shop: Access, file: Path) -> None:
    output = run(shop, file)
    committed = file.with_suffix(".out")
    if os.environ.get("UPDATE_EXAMPLES"):
        committed.write_text(output)
    assert output == committed.read_text()
