from __future__ import annotations

from typing import Any

from api.worker.jobs.protocol import Call


async def import_products(call: Call, payload: dict[str, Any]) -> str:
    """Import a file of products, one step a transaction, so that its merchant sees the progress."""
    steps = 1
    while await call("advance_import", import_id=payload["import_id"]):
        steps += 1
    return f"{steps} steps"
