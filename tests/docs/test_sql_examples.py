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
# The demo shop is in Germany, and registered for the One Stop Shop in two countries. Its customers: where they live,
# the category of UNTDID 5305, the reason, and the rates of standard goods and of food.
TAXED = {
    "alice": ("BD", "G", "VATEX-EU-G", {0}),
    "atelier.clair": ("FR", "K", "VATEX-EU-IC", {0}),
    "bob": ("SE", "S", None, {25, 6}),
    "carla": ("PT", "S", None, {23}),
    "eleni": ("GR", "S", None, {19, 7}),  # the shop is not registered there
    "jonas": ("DE", "S", None, {19, 7}),
}


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


def test_every_order_is_taxed_truthfully(shop: Access) -> None:
    with psycopg.connect(shop.admin()) as connection:
        lines = connection.execute(
            "SELECT a.handle, o.tax_country, i.tax_category, e.reason_code, i.tax_rate, o.hold_reason"
            " FROM sales.orders AS o JOIN identity.accounts AS a ON a.id = o.account_id"
            " JOIN sales.order_items AS i ON i.order_id = o.id"
            " LEFT JOIN sales.tax_exemptions AS e ON e.id = i.exemption_id"
        ).fetchall()
    assert {line[0] for line in lines} == set(TAXED)
    for handle, *treatment, rate, held in lines:
        assert (*treatment, rate in TAXED[handle][3], held) == (*TAXED[handle][:3], True, None), (handle, rate)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.sql")), ids=lambda file: file.stem)
def test_an_example_prints_what_is_committed(shop: Access, file: Path) -> None:
    output = run(shop, file)
    committed = file.with_suffix(".out")
    if os.environ.get("UPDATE_EXAMPLES"):
        committed.write_text(output)
    assert output == committed.read_text()
