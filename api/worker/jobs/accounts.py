from __future__ import annotations

from typing import Any

from api.worker.jobs.protocol import Call


async def erase_account(call: Call, payload: dict[str, Any]) -> str:
    await call("erase_account", account_id=payload["account_id"])
    return "erased"
