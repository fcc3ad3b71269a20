"""`storeproc check` in a pipe: whole lines, whatever the width of the terminal."""

from __future__ import annotations

import os
from typing import Any

from db.server.access import Access
from tests.support.forks import run_storeproc


async def test_a_line_for_each_invariant_is_whole(access: Access, admin: Any) -> None:
    settings = {"DATABASE_URL": access.admin_url, "STOREPROC_SECRET": access.secret, "COLUMNS": "40"}
    lines = run_storeproc(["check"], os.environ | settings).stdout.splitlines()
    names = [row["name"] for row in await admin.fetch("SELECT name FROM audit.check_invariants()")]
    assert max(map(len, names)) > 60
    assert [line.split("  ")[0] for line in lines][: len(names)] == names
    assert all(line.endswith("  holds") for line in lines)
