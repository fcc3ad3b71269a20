"""The worker's part: an invoice, or a credit note, is issued in the database, printed here, and kept there.

Each step may be done again: the document is issued once, the page is the same bytes each time, and is kept once. A page
that was kept by an earlier release, whose typesetting may have been another, is not printed again.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Protocol

from api.invoices import document


class Call(Protocol):
    async def __call__(self, function: str, **arguments: object) -> Any: ...


async def issue(call: Call, function: str, payload: Mapping[str, Any]) -> str:
    """`function` is issue_invoice or issue_credit_note; `payload` its argument, as the job holds it."""
    issued = await call(function, **payload)
    invoice = issued["invoice"]
    if issued["printed"]:
        return f"{invoice['number']} was printed before"
    pdf = await asyncio.to_thread(document.render, invoice)
    await call("store_invoice_pdf", invoice_id=invoice["id"], content=b64encode(pdf).decode())
    number: str = invoice["number"]
    return number
