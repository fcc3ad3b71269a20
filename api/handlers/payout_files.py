"""The transfers that the shop has to make, as a file: CSV for a person, ISO 20022 pain.001 for the bank.

The database decides which transfers these are; here they are only written down.
"""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date
from typing import Any, ClassVar

import orjson
from sepaxml import SepaTransfer
from starlette.responses import Response

from api.http.endpoint import Endpoint
from api.http.requests import ApiRequest
from api.http.responses import NO_STORE, RawResponse

COLUMNS = ("payout_id", "source", "holder", "iban", "bic", "amount", "currency")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
SCHEMA = "pain.001.001.09"


class ExportPayouts(Endpoint):
    """GET /admin/payouts/export."""

    media_type: ClassVar[str] = "text/csv, application/xml"
    refusals: ClassVar[tuple[str, ...]] = ("begin_payout_export",)

    async def respond(self, request: ApiRequest) -> Response:
        """The file. Raises Problem."""
        caller = self.identify(request)
        call = await self.read(request)
        await self.state["functions"].call(
            "begin_payout_export",
            {"format": request.query().get("format", "csv")},
            request_id=request.context.request_id,
            caller=caller,
            client=request.context.client_line,
        )
        found = orjson.loads(bytes((await self.execute(request, call, caller)).body))
        if found["format"] == "csv":
            return _download(write_csv(found), b"text/csv; charset=utf-8; header=present", b"payouts.csv")
        # The library reads the schema each time, half a second in which no other request would be served.
        return _download(await asyncio.to_thread(write_pain001, found), b"application/xml", b"payouts.xml")


def write_csv(found: dict[str, Any]) -> bytes:
    """One transfer a line; amounts with a decimal point. A cell that is a formula begins with an apostrophe."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    for transfer in found["transfers"]:
        cells = (transfer[column] or "" for column in COLUMNS)
        lines.writerow("'" + cell if cell.startswith(FORMULA) else cell for cell in cells)
    return text.getvalue().encode()


def write_pain001(found: dict[str, Any]) -> bytes:
    """A credit transfer initiation, checked against its schema. Euros are SEPA transfers."""
    currency = found["currency"]
    debtor = {"name": found["debtor_name"], "IBAN": found["debtor_iban"], "batch": True, "currency": currency}
    message = SepaTransfer(debtor | {"domestic": currency != "EUR"}, schema=SCHEMA)
    for transfer in found["transfers"]:
        payment = {
            "name": transfer["holder"],
            "IBAN": transfer["iban"],
            "amount": transfer["minor_amount"],
            "execution_date": date.fromisoformat(found["execution_date"]),
            "description": f"{found['debtor_name'][:100]} {transfer['payout_id'][-12:]}",
            "endtoend_id": transfer["payout_id"].replace("-", ""),
        }
        message.add_payment(payment | ({"BIC": transfer["bic"]} if transfer["bic"] else {}))
    document: bytes = message.export()
    return document


def _download(content: bytes, kind: bytes, name: bytes) -> RawResponse:
    headers = [(b"content-type", kind), (b"content-disposition", b'attachment; filename="%s"' % name), NO_STORE]
    return RawResponse(200, content, headers)
