"""The tax report as a file: the database computes it, here it is only written down."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any, ClassVar

import orjson
from starlette.responses import Response

from api.http.endpoint import Endpoint
from api.http.requests import ApiRequest
from api.http.responses import NO_STORE, RawResponse

TEXTS = ("from", "to", "country", "region", "category", "name", "rate", "reason_code", "reason", "currency")
AMOUNTS = (
    "sales_basis",
    "sales_tax",
    "shipping_basis",
    "shipping_tax",
    "refunds_basis",
    "refunds_tax",
    "shipping_refunds_basis",
    "shipping_refunds_tax",
    "basis",
    "tax",
    "earlier_basis",
    "earlier_tax",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet would run


class TaxReport(Endpoint):
    """GET /admin/tax-report."""

    media_type: ClassVar[str] = "application/json, text/csv"

    async def respond(self, request: ApiRequest) -> Response:
        """The report, or its file. Raises Problem."""
        response = await super().respond(request)
        if request.query().get("format") != "csv":
            return response
        report = orjson.loads(bytes(response.body))
        name = f"taxes-{report['from']}-{report['to']}.csv"
        headers = [
            (b"content-type", b"text/csv; charset=utf-8; header=present"),
            (b"content-disposition", f'attachment; filename="{name}"'.encode()),
            NO_STORE,
        ]
        return RawResponse(200, write_csv(report), headers)


def write_csv(report: dict[str, Any]) -> bytes:
    """A line for each row of data, in one currency; amounts in its units. A text that is a formula begins with an
    apostrophe, an amount below zero with its sign.
    """
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow((*TEXTS, *AMOUNTS))
    for row in report["data"]:
        cells = ("" if row[column] is None else str(row[column]) for column in TEXTS)
        amounts = (f"{Decimal(row[column]).scaleb(-row['minor_units']):f}" for column in AMOUNTS)
        lines.writerow([*("'" + cell if cell.startswith(FORMULA) else cell for cell in cells), *amounts])
    return text.getvalue().encode()
