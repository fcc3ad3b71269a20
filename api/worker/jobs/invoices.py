"""Invoices, credit notes and debit notes: issued by the database, typeset here, stored in the database.

Each step may be repeated: a document is issued once, its PDF has the same bytes each time, and is stored once. A PDF
that an earlier release stored is not made again, since its typesetting may have been different.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.invoices import document, einvoice
from api.worker.jobs.protocol import Call


async def issue(call: Call, function: str, payload: Mapping[str, Any], folder: Path | None = None) -> str:
    """`function` is issue_invoice, issue_credit_note or issue_debit_note; `payload` its argument, as in the job;
    `folder` has the shop's own texts."""
    issued = await call(function, **payload)
    invoice = issued["invoice"]
    if issued["printed"]:
        return f"{invoice['number']} was printed before"
    pdf = await asyncio.to_thread(document.render, invoice, folder)
    files = {"content": b64encode(pdf).decode()}
    if issued["xrechnung"]:
        files["xrechnung"] = await asyncio.to_thread(einvoice.write, invoice, folder, einvoice.XRECHNUNG)
    await call("store_invoice_pdf", invoice_id=invoice["id"], **files)
    number: str = invoice["number"]
    return number
