"""Who may read an invoice, over SQL and over HTTP."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from api.invoices import document
from api.worker.jobs import invoices as jobs
from tests.billing.conftest import Office, read, worker
from tests.payments.conftest import Shop
from tests.support.connections import refused

pytestmark = pytest.mark.usefixtures("invoices_are_right")

# --- whose it is ----------------------------------------------------------------------------------


async def test_an_invoice_is_its_buyers_and_customer_services(shop: Shop, office: Office, customer: str) -> None:
    order, payment = await shop.paid(customer, await shop.product())
    await jobs.issue(worker(shop), "issue_invoice", {"order_id": order["id"]})
    note = await office.credit(await office.refund(payment, amount=100))
    await jobs.issue(worker(shop), "issue_credit_note", {"refund_id": note["refund_id"]})
    calls: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("get_invoice", {"order_id": order["id"]}, "order_not_found"),
        ("get_invoice_pdf", {"order_id": order["id"]}, "order_not_found"),
        ("list_credit_notes", {"order_id": order["id"]}, "order_not_found"),
        ("get_credit_note", {"credit_note_id": note["id"]}, "credit_note_not_found"),
        ("get_credit_note_pdf", {"credit_note_id": note["id"]}, "credit_note_not_found"),
    )
    stranger = await shop.account()
    for function, arguments, code in calls:
        own = await read(shop, function, customer, **arguments)
        assert own == await read(shop, function, shop.support, "support", **arguments)
        assert own == await read(shop, function, office.admin, "admin", **arguments)
        with refused(code, "SH404"):
            await read(shop, function, stranger, **arguments)
        with refused(code, "SH404"):
            await read(shop, function, shop.merchant, "merchant", **arguments)
        with refused("token_missing", "SH401"):
            await read(shop, function, "", **arguments)


@pytest.mark.parametrize("function", ["issue_invoice", "issue_credit_note", "store_invoice_pdf", "replace_seller"])
async def test_what_a_customer_may_not_call(function: str, connect: Any) -> None:
    for role in ("anonymous", "customer", "merchant", "support", "gateway"):
        connection = await connect(f"web_{role}")
        arguments = {"store_invoice_pdf": "gen_random_uuid(), ''", "replace_seller": "'me'"}
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"SELECT api.{function}({arguments.get(function, 'gen_random_uuid()')})")


# --- over HTTP ------------------------------------------------------------------------------------


async def test_the_pdf_over_http(shop: Shop, office: Office, customer: str, client: Any) -> None:
    order, payment = await shop.paid(customer, await shop.product())
    path = f"/orders/{order['id']}/invoice.pdf"
    answer = await client.get(path, token=customer)
    assert (answer.status_code, answer.json()["code"]) == (404, "invoice_not_ready")
    assert answer.headers["retry-after"] == "2"
    number = await jobs.issue(worker(shop), "issue_invoice", {"order_id": order["id"]})
    answer = await client.get(path, token=customer)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'inline; filename="{number}.pdf"'
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    invoice = (await client.get(f"/orders/{order['id']}/invoice", token=customer)).json()
    assert answer.content == document.render(invoice)
    tag = answer.headers["etag"]
    again = await client.get(path, token=customer, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    stranger = await client.get(path, token=await shop.account())
    assert (stranger.status_code, stranger.json()["code"]) == (404, "order_not_found")
    assert (await client.get(path, token=shop.support)).content == answer.content
    assert (await client.get(path)).status_code == 401

    refund = await office.refund(payment, amount=100)
    number = await jobs.issue(worker(shop), "issue_credit_note", {"refund_id": refund["id"]})
    [note] = (await client.get(f"/orders/{order['id']}/credit-notes", token=customer)).json()["data"]
    assert (await client.get(f"/credit-notes/{note['id']}", token=customer)).json() == note
    answer = await client.get(f"/credit-notes/{note['id']}/pdf", token=customer)
    assert answer.content == document.render(note)
    assert answer.headers["content-disposition"] == f'inline; filename="{number}.pdf"'


async def test_xrechnung_over_http(shop: Shop, office: Office, customer: str, client: Any) -> None:
    order, _ = await shop.paid(customer, await shop.product())
    path = f"/orders/{order['id']}/invoice.xml"
    answer = await client.get(path, token=customer)
    assert (answer.status_code, answer.json()["code"]) == (404, "invoice_not_ready")
    issued = (await shop.call("web_worker", "issue_invoice", order_id=order["id"]))["invoice"]
    files = {"content": "JVBERi0xLjcK", "xrechnung": "<rechnung>ß</rechnung>"}
    await shop.call("web_worker", "store_invoice_pdf", invoice_id=issued["id"], **files)
    answer = await client.get(path, token=customer)
    assert (answer.status_code, answer.content.decode()) == (200, files["xrechnung"])
    assert answer.headers["content-type"] == "application/xml"
    assert answer.headers["content-disposition"] == f'attachment; filename="{issued["number"]}.xml"'
    again = await client.get(path, token=customer, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    stranger = await client.get(path, token=await shop.account())
    assert (stranger.status_code, stranger.json()["code"]) == (404, "order_not_found")
    # What has none says so.
    order, payment = await shop.paid(customer, await shop.product())
    await jobs.issue(worker(shop), "issue_invoice", {"order_id": order["id"]})
    refund = await office.refund(payment)
    await jobs.issue(worker(shop), "issue_credit_note", {"refund_id": refund["id"]})
    [note] = (await client.get(f"/orders/{order['id']}/credit-notes", token=customer)).json()["data"]
    for each in (f"/orders/{order['id']}/invoice.xml", f"/credit-notes/{note['id']}/xml"):
        answer = await client.get(each, token=customer)
        assert (answer.status_code, answer.json()["code"]) == (404, "xrechnung_not_found")
        assert "buyer_reference" in answer.json()["detail"]


async def test_the_seller_over_http(shop: Shop, office: Office, customer: str, client: Any) -> None:
    seller = await client.get("/admin/seller", token=office.admin)
    tag = seller.headers["etag"].strip('"')
    body = {"name": "Lee & Sons", "country": "GB", "vat_id": "GB123"}
    changed = await client.put("/admin/seller", token=office.admin, json=body, if_match=tag)
    assert changed.status_code == 200
    assert body.items() <= changed.json().items()
    stale = await client.put("/admin/seller", token=office.admin, json=body, if_match=tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    wrong = await client.put("/admin/seller", token=office.admin, json={"name": "", "country": "uk"})
    assert wrong.status_code == 422
    assert {e["pointer"] for e in wrong.json()["errors"]} == {"/name", "/country"}
    refused_one = await client.put("/admin/seller", token=shop.support, json=body)
    assert refused_one.status_code == 403
