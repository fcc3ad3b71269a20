"""SSLCommerz: a session is asked for exactly so, and once."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from api.gateways.protocol import Refused, Unavailable
from api.gateways.sslcommerz import gateway as module
from api.gateways.sslcommerz.fields import read_id, write_id
from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from api.gateways.sslcommerz.settings import SSLCommerzSettings
from tests.gateways.sslcommerz.conftest import SHOP, attempt, kinds, one, opened
from tests.gateways.sslcommerz_server import SSLCommerzServer


async def test_a_session_is_asked_for_exactly_so(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = attempt()
    session = await gateway.open(payment)
    assert session.url == f"{ssl.url}/gwprocess/v4/gw.php?Q=PAY&SESSIONKEY={session.reference}"
    assert kinds(ssl) == ["query", "session"]
    assert ssl.requests[1][1] == {
        "store_id": ssl.store_id,
        "store_passwd": ssl.store_password,
        "total_amount": "1234.56",
        "currency": "BDT",
        "tran_id": write_id(payment.id),
        "success_url": f"{SHOP}/v1/checkout/success?payment_id={payment.id}",
        "fail_url": f"{SHOP}/v1/checkout/cancel?payment_id={payment.id}",
        "cancel_url": f"{SHOP}/v1/checkout/cancel?payment_id={payment.id}",
        "ipn_url": f"{SHOP}/v1/webhooks/sslcommerz",
        "cus_name": "Customer",
        "cus_email": "a@example.com",
        "cus_add1": "N/A",
        "cus_city": "N/A",
        "cus_postcode": "N/A",
        "cus_country": "N/A",
        "cus_phone": "00000000000",
        "shipping_method": "NO",
        "num_of_item": "2",
        "product_name": "Lamp,Bulb & socket",
        "product_category": "order",
        "product_profile": "general",
    }


async def test_lengths_are_kept(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    items = tuple({"name": "ল্যাম্প " * 12, "quantity": 1} for _ in range(20))
    await gateway.open(attempt(items=items))
    sent = ssl.requests[-1][1]
    assert (len(sent["product_name"]), sent["num_of_item"]) == (255, "9")
    await gateway.open(attempt(items=(), purpose="deposit", order_id=None, order_number=None))
    sent = ssl.requests[-1][1]
    assert (sent["product_name"], sent["product_category"], sent["num_of_item"]) == ("Deposit", "deposit", "1")


def test_a_transaction_id_is_the_payment_and_the_same_always() -> None:
    ids = [str(uuid.UUID(int=number)) for number in (0, 1, 2**128 - 1, 2**127)] + [str(uuid.uuid4()) for _ in range(50)]
    for id_ in ids:
        text = write_id(id_)
        assert text == write_id(id_)
        assert len(text) <= 30
        assert read_id(text) == id_
    for other in ("", "REF123", "A" * 25, "A" * 27, "A" * 25 + "B", write_id(ids[-1]).lower(), "é" * 26):
        assert read_id(other) is None, other


@pytest.mark.parametrize(
    ("amount", "currency", "minor_units", "text"),
    [
        (1000, "BDT", 2, "10.00"),
        (49999999, "BDT", 2, "499999.99"),
        (10001, "USD", 2, "100.01"),
        (5000, "JPY", 0, "5000.00"),
        (12340, "KWD", 3, "12.34"),
    ],
)
async def test_amounts_go_out_and_come_back_exactly(
    ssl: SSLCommerzServer, gateway: SSLCommerzGateway, amount: int, currency: str, minor_units: int, text: str
) -> None:
    payment = await opened(gateway, amount=amount, currency=currency, minor_units=minor_units)
    assert ssl.requests[-1][1]["total_amount"] == text
    event = await one(gateway, ssl.pay(write_id(payment.id)))
    assert (event.kind, event.payment_id, event.amount, event.currency) == ("completed", payment.id, amount, currency)
    found = await gateway.look_up(payment)
    assert found is not None
    assert (found.amount, found.currency, found.id) == (amount, currency, event.id)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": 999}, "total_amount_refused"),
        ({"amount": 50000001}, "total_amount_refused"),
        ({"currency": "CHF"}, "currency_refused"),
        ({"amount": 12345, "currency": "KWD", "minor_units": 3}, "amount_not_supported"),  # 12.345 is no decimal(10,2)
        ({"currency": "KWD", "minor_units": 2}, "currency_not_supported"),  # its callback would be read wrong
        ({"email": "nobody"}, "cus_email_refused"),
        ({"email": None}, "email_needed"),  # its receipt goes there: an invented one could be another person's
        ({"email": f"{'x' * 40}@example.com"}, "email_needed"),  # 52 characters; cut off, it could be so too
    ],
)
async def test_what_sslcommerz_does_not_take_is_refused_by_a_code(
    gateway: SSLCommerzGateway, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        await gateway.open(attempt(**changes))
    assert refusal.value.code == code


async def test_a_wrong_password_is_not_said_to_the_client(ssl: SSLCommerzServer) -> None:
    gateway = SSLCommerzGateway(
        SSLCommerzSettings(store_id=ssl.store_id, store_password="wrong-password", api=ssl.url), SHOP
    )
    with pytest.raises(Unavailable, match="does not accept the store"):
        await gateway.open(attempt())
    assert kinds(ssl) == ["query"]
    await gateway.aclose()


@pytest.mark.parametrize("fault", ["lost", "unreached", "hang", "500", "html", "list"])
async def test_a_session_whose_answer_is_lost_can_be_opened_again(
    ssl: SSLCommerzServer, gateway: SSLCommerzGateway, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(2.0, read=0.2))
    payment = attempt()
    ssl.faults["session"] = [fault]
    with pytest.raises(Unavailable):
        await gateway.open(payment)
    session = await gateway.open(payment)
    assert session.reference in ssl.opened
    assert {o.form["tran_id"] for o in ssl.opened.values()} == {write_id(payment.id)}


@pytest.mark.parametrize(
    "answer",
    [{"status": ""}, {"sessionkey": ""}, {"GatewayPageURL": None}, {"GatewayPageURL": "javascript:alert(1)"}],
)
async def test_half_a_session_is_none(
    ssl: SSLCommerzServer, gateway: SSLCommerzGateway, answer: dict[str, Any]
) -> None:
    ssl.overrides["session"] = answer
    with pytest.raises(Unavailable):
        await gateway.open(attempt())


async def test_what_was_paid_is_not_opened_again(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = attempt()  # as a restored backup has it: nothing is known of the session
    await gateway.open(payment)
    ssl.pay(write_id(payment.id))
    with pytest.raises(Unavailable, match="look it up"):
        await gateway.open(payment)
    assert len(ssl.opened) == 1
    event = await gateway.look_up(payment)
    assert event is not None
    assert (event.kind, event.amount) == ("completed", 123456)


async def test_a_declined_attempt_may_be_opened_again(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = await opened(gateway)
    ssl.decline(write_id(payment.id))
    await gateway.open(payment)
    assert len(ssl.opened) == 2
