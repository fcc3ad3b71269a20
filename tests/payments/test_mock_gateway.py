"""The mock gateway signs like a real one: what was changed, is too old or came from somebody else is not a callback."""

from __future__ import annotations

import dataclasses
import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from api.gateways.mock import SIGNATURE, TOLERANCE, Checkout, MockGateway, checkout_page
from api.gateways.protocol import CallbackInvalid, Payment

GATEWAY = MockGateway("s" * 64, "https://shop.example")
OTHER = MockGateway("t" * 64, "https://shop.example")
PAYMENT = Payment(
    id="0190aaaa-0000-7000-8000-000000000001", order_id="0190aaaa-0000-7000-8000-000000000002", order_number="100001",
    provider="mock", status="initiated", amount=123456, currency="USD", minor_units=2,
    outside_key="0190aaaa-0000-7000-8000-000000000003", purpose="order", capture_method="automatic",
    provider_reference=None, charge_reference=None, created_at=datetime.now(UTC),
    expires_at=datetime.now(UTC) + timedelta(minutes=30), email="a@example.com", items=(),
)  # fmt: skip


async def checkout() -> tuple[str, Checkout]:
    token = (await GATEWAY.open(PAYMENT)).url.rpartition("/")[2]
    found = GATEWAY.read_token(token)
    assert found is not None
    return token, found


async def test_opening_twice_is_the_same_session() -> None:
    first, second = await GATEWAY.open(PAYMENT), await GATEWAY.open(dataclasses.replace(PAYMENT, status="open"))
    assert first == second
    assert first.url.startswith("https://shop.example/mock/checkout/")
    other = await GATEWAY.open(dataclasses.replace(PAYMENT, outside_key="another"))
    assert other.reference != first.reference
    assert PAYMENT.outside_key not in first.url + first.reference


async def test_a_token_says_what_is_paid_and_cannot_be_changed() -> None:
    token, found = await checkout()
    assert (found.payment_id, found.amount, found.currency) == (PAYMENT.id, 123456, "USD")
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert GATEWAY.read_token(changed) is None, place
    for nonsense in ("", ".", "x", "ü.ü", token + "0", token.partition(".")[0], OTHER.write_token(found)):
        assert GATEWAY.read_token(nonsense) is None
    assert GATEWAY.read_token(GATEWAY.write_token(dataclasses.replace(found, expires_at=int(time.time()) - 1))) is None


async def test_a_callback_is_verified_and_read() -> None:
    _, found = await checkout()
    for outcome, kind in (("pay", "completed"), ("decline", "failed")):
        headers, body = GATEWAY.callback(found, outcome)  # type: ignore[arg-type]
        (event,) = await GATEWAY.parse_callback(headers, body)
        assert (event.kind, event.payment_id, event.amount, event.currency) == (kind, PAYMENT.id, 123456, "USD")
        (again,) = await GATEWAY.parse_callback(*GATEWAY.callback(found, outcome, now=time.time() - 60))  # type: ignore[arg-type]
        assert event.id == again.id


async def test_no_byte_of_a_callback_can_be_changed() -> None:
    _, found = await checkout()
    headers, body = GATEWAY.callback(found, "pay")
    for place in range(len(body)):
        with pytest.raises(CallbackInvalid):
            await GATEWAY.parse_callback(headers, body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
    signature = headers[SIGNATURE]
    for place in range(len(signature)):
        with pytest.raises(CallbackInvalid):
            await GATEWAY.parse_callback(
                {SIGNATURE: signature[:place] + chr(ord(signature[place]) ^ 1) + signature[place + 1 :]}, body
            )


async def test_a_signature_has_its_time_and_its_owner() -> None:
    _, found = await checkout()
    _, body = GATEWAY.callback(found, "pay")
    good = GATEWAY.sign(body)
    ours = good.partition(",")[2]
    for header in (
        "", "nonsense", ours, good.partition(",")[0], OTHER.sign(body),
        GATEWAY.sign(body, now=time.time() - TOLERANCE - 5),
        GATEWAY.sign(body, now=time.time() + TOLERANCE + 5), good + f",t={int(time.time())}", "t=9" * 3 + "," + ours,
        good.replace("v1=", "v0="), good.replace("v1=", "v1=ü"),
    ):  # fmt: skip
        with pytest.raises(CallbackInvalid):
            await GATEWAY.parse_callback({SIGNATURE: header}, body)
    # While a secret is changed, a gateway signs with both.
    moment = good.partition(",")[0]
    await GATEWAY.parse_callback({SIGNATURE: f"{moment},v1={'0' * 64},{ours}"}, body)


async def test_a_signed_body_that_is_no_event_is_refused() -> None:
    for body in (
        b"",
        b"{}",
        b"[]",
        b"null",
        b'"x"',
        b'{"id":1,"type":"completed","data":{}}',
        b"\xff",
        json.dumps({"id": "x"}).encode(),
    ):
        with pytest.raises(CallbackInvalid):
            await GATEWAY.parse_callback({SIGNATURE: GATEWAY.sign(body)}, body)


async def test_the_page_shows_the_sum_and_runs_nothing_it_is_told() -> None:
    _, found = await checkout()
    assert "USD 1,234.56" in checkout_page(found)
    assert "JPY 123,456<" in checkout_page(dataclasses.replace(found, currency="JPY", minor_units=0))
    assert "KWD 123.456<" in checkout_page(dataclasses.replace(found, currency="KWD", minor_units=3))
    assert "<script" not in checkout_page(dataclasses.replace(found, order_number="<script>"))


async def test_a_payment_to_be_captured_is_authorised_first() -> None:
    payment = dataclasses.replace(PAYMENT, capture_method="manual")
    found = GATEWAY.read_token((await GATEWAY.open(payment)).url.rpartition("/")[2])
    assert found is not None
    (event,) = await GATEWAY.parse_callback(*GATEWAY.callback(found, "pay"))
    assert (event.kind, event.amount) == ("authorized", 123456)
    taken = await GATEWAY.capture(dataclasses.replace(payment, charge_reference=event.charge), 100)
    assert (taken.kind, taken.amount, taken.charge) == ("completed", 100, event.charge)


async def test_a_deposit_has_no_order() -> None:
    found = GATEWAY.read_token(
        (await GATEWAY.open(dataclasses.replace(PAYMENT, order_id=None, order_number=None))).url.rpartition("/")[2]
    )
    assert found is not None
    assert "Deposit" in checkout_page(found)
