"""`storeproc check` in a pipe: whole lines, whatever the width of the terminal."""

from __future__ import annotations

import json
import os

from db.server.access import Access
from tests.support.forks import run_storeproc


def test_a_line_for_each_invariant_is_whole(access: Access) -> None:
    settings = {"DATABASE_URL": access.admin_url, "STOREPROC_SECRET": access.secret, "COLUMNS": "40"}
    lines = run_storeproc(["check"], os.environ | settings).stdout.splitlines()
    checks = json.loads(run_storeproc(["check", "--json"], os.environ | settings).stdout)["checks"]
    assert max(len(check["name"]) for check in checks) > 60
    assert [line.split("  ")[0] for line in lines] == [check["name"] for check in checks]
    assert all(line.endswith("  holds") for line in lines)
