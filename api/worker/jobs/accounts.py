from __future__ import annotations

import time
from typing import Any

from api.worker.jobs.protocol import Call, Later

EXPORT_SECONDS = 20.0  # of one turn: a job has 30


async def erase_account(call: Call, payload: dict[str, Any]) -> str:
    await call("erase_account", account_id=payload["account_id"])
    return "erased"


async def export_account(call: Call, payload: dict[str, Any]) -> str:
    """Write the file of an export, a part a transaction. A large one takes several turns."""
    latest = time.monotonic() + EXPORT_SECONDS
    parts = 1
    while await call("advance_export", account_id=payload["account_id"]):
        parts += 1
        if time.monotonic() > latest:
            raise Later(f"{parts} parts were written, there are more")
    return f"{parts} parts"
