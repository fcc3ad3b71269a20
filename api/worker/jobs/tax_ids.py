"""Tax ids: a service such as VIES is asked whether one is valid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.tax_ids.protocol import TaxIdService, Unavailable
from api.worker.jobs.protocol import Call, Later


async def verify_tax_id(call: Call, services: Mapping[str, TaxIdService], payload: dict[str, Any]) -> str:
    """Ask once and store the answer. Without one the job is done again later."""
    check = payload["check_id"]
    tax_id: str | None = await call("get_tax_id_check", check_id=check)
    if tax_id is None:
        return "no longer used"
    service = next((name for name, each in services.items() if tax_id[:2] in each.prefixes), None)
    if service is None:
        return "no service for it"
    try:
        answer = await services[service].check(tax_id)
    except Unavailable as reason:
        await call("record_tax_id_check", check_id=check, status="unavailable", service=service)
        raise Later(str(reason)) from reason
    status = "valid" if answer.valid else "invalid"
    found = {"status": status, "service": service, "name": answer.name, "reference": answer.reference}
    await call("record_tax_id_check", check_id=check, **found)
    return status
