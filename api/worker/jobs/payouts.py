from __future__ import annotations

from collections.abc import Collection
from typing import Any

from api.gateways.registry import providers
from api.worker.jobs.protocol import Call


async def settle_payout(call: Call, gateways: Collection[str], payload: dict[str, Any]) -> str:
    """In the demo shop, an offered test gateway stands in for the bank and pays; elsewhere a person sends the money.

    `gateways` has the names of those that are offered.
    """
    banks = [name for name, provider in providers().items() if "settles_payouts" in provider.capabilities]
    bank = next((name for name in banks if name in gateways), None)
    if bank is None:
        return "left to a person"
    reference = f"{bank}_po_" + payload["payout_id"].replace("-", "")
    if await call("complete_payout", payout_id=payload["payout_id"], provider_reference=reference):
        return "completed"
    return "left to a person"
