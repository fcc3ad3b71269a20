"""storeproc log-address: the hash that stands for an address in the log."""

from __future__ import annotations

from pathlib import Path

from api.http.client_address import hash_address
from db.server.access import Access
from tests.cli.conftest import storeproc


def test_it_prints_the_hash_that_is_in_the_log(tmp_path: Path) -> None:
    secret = "s" * 40
    done = storeproc("log-address", "203.0.113.5", STOREPROC_SECRET=secret, STOREPROC_DATA=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == hash_address("203.0.113.5", Access("", secret).log_key())
