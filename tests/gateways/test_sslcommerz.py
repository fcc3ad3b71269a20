"""SSLCommerz: what is asked exactly, what is believed, what is done once, and that the password stays with us."""

from __future__ import annotations

import hashlib
import logging
import traceback
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

import httpx
import pytest

from api.gateways.protocol import CallbackInvalid, Event, Gateway, Payment, Refund, RefundOutcome, Refused, Unavailable
from api.gateways.sslcommerz import gateway as module
from api.gateways.sslcommerz.fields import read_id, write_id
from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from api.gateways.sslcommerz.settings import SSLCommerzSettings

from .sslcommerz_server import SSLCommerzServer

SHOP = "https://shop.example"


@pytest.fixture
async def ssl() -> AsyncIterator[SSLCommerzServer]:
    async with SSLCommerzServer() as server:
        yield server


@pytest.fixture
async def gateway(ssl: SSLCommerzServer) -> AsyncIterator[SSLCommerzGateway]:
    made = SSLCommerzGateway(
        SSLCommerzSettings(store_id=ssl.store_id, store_password=ssl.store_password, api=ssl.url), SHOP
    )
    yield made
    await made.aclose()


def attempt(amount: int = 123456, currency: str = "BDT", minor_units: int = 2, **changes: Any) -> Payment:
    payment = Payment(
        id=str(uuid.uuid4()),
        order_id=str(uuid.uuid4()),
        order_number="100001",
        provider="sslcommerz",
        status="initiated",
        amount=amount,
        currency=currency,
        minor_units=minor_units,
        outside_key=str(uuid.uuid4()),
        purpose="order",
        capture_method="automatic",
        provider_reference=None,
        charge_reference=None,
        created_at=datetime.now(UTC),
        expires_at=datetime.now(UTC) + timedelta(minutes=30),
        email="a@example.com",
        items=({"name": "Lamp", "quantity": 2}, {"name": "Bulb & socket", "quantity": 1}),
    )
    return replace(payment, **changes)


def give_back(payment: Payment, amount: int, currency: str = "BDT") -> Refund:
    return Refund(
        str(uuid.uuid4()), payment.id, "sslcommerz", "pending", amount, currency, "requested", datetime.now(UTC)
    )


async def one(gateway: Gateway, body: bytes) -> Event:
    (event,) = await gateway.parse_callback({}, body)
    return event


def form_of(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def kinds(ssl: SSLCommerzServer) -> list[str]:
    return [kind for kind, _ in ssl.requests]


async def opened(gateway: SSLCommerzGateway, **changes: Any) -> Payment:
    payment = attempt(**changes)
    session = await gateway.open(payment)
    return replace(payment, status="open", provider_reference=session.reference)


# --- a session ------------------------------------------------------------------------------------


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
    await gateway.open(attempt(items=items, email=f"{'x' * 60}@example.com"))
    sent = ssl.requests[-1][1]
    assert (len(sent["product_name"]), sent["num_of_item"]) == (255, "9")
    assert sent["cus_email"] == "customer@example.com"  # cut, it would be somebody's
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


# --- callbacks ------------------------------------------------------------------------------------

# An IPN of the sandbox, signed by SSLCommerz itself, with the sandbox store that its Python library's README publishes.
README_PASSWORD = "test_testemi@ssl"
README_IPN = {
    "tran_id": "5E121A0D01F92", "val_id": "200105225826116qFnATY9sHIwo", "amount": "10.00",
    "card_type": "VISA-Dutch Bangla", "store_amount": "9.75", "card_no": "418117XXXXXX6675",
    "bank_tran_id": "200105225825DBgSoRGLvczhFjj", "status": "VALID", "tran_date": "2020-01-05 22:58:21",
    "currency": "BDT", "card_issuer": "TRUST BANK, LTD.", "card_brand": "VISA",
    "card_issuer_country": "Bangladesh", "card_issuer_country_code": "BD", "store_id": "test_testemi",
    "verify_sign": "d42fab70ae0bcbda5280e7baffef60b0",
    "verify_key": "amount,bank_tran_id,base_fair,card_brand,card_issuer,card_issuer_country,"
    "card_issuer_country_code,card_no,card_type,currency,currency_amount,currency_rate,currency_type,risk_level,"
    "risk_title,status,store_amount,store_id,tran_date,tran_id,val_id,value_a,value_b,value_c,value_d",
    "verify_sign_sha2": "02c0417ff467c109006382d56eedccecd68382e47245266e7b47abbb3d43976e",
    "currency_type": "BDT", "currency_amount": "10.00", "currency_rate": "1.0000", "base_fair": "0.00",
    "value_a": "", "value_b": "", "value_c": "", "value_d": "", "risk_level": "0", "risk_title": "Safe",
}  # fmt: skip


async def test_an_ipn_that_sslcommerz_signed_is_verified() -> None:
    # Nobody answers there: Unavailable is what comes after both signatures were found right.
    gateway = SSLCommerzGateway(
        SSLCommerzSettings(store_id="test_testemi", store_password=README_PASSWORD, api="http://127.0.0.1:9"), SHOP
    )
    with pytest.raises(Unavailable):
        await gateway.parse_callback({}, urlencode(README_IPN).encode())
    for field, value in (("amount", "10.01"), ("verify_sign", "0" * 32), ("verify_sign_sha2", "0" * 64)):
        with pytest.raises(CallbackInvalid, match="signature does not fit"):
            await gateway.parse_callback({}, urlencode({**README_IPN, field: value}).encode())
    await gateway.aclose()


async def test_the_signature_by_hand(ssl: SSLCommerzServer) -> None:
    """The documented algorithm written out: names in order, values as they are, the password as its hash."""
    password = "qwerty"
    gateway = SSLCommerzGateway(SSLCommerzSettings(store_id="testbox", store_password=password, api=ssl.url), SHOP)
    tran_id = write_id(str(uuid.uuid4()))
    signed = f"amount=10.00&error=a b&status=FAILED&store_passwd={{}}&tran_id={tran_id}"
    form = (
        f"status=FAILED&tran_id={tran_id}&amount=10.00&error=a+b&verify_key=tran_id%2Cstatus%2Camount%2Cerror"
        f"&verify_sign={hashlib.md5(signed.format('d8578edf8458ce06fbc5bb76a58c5ca4').encode()).hexdigest()}"
    )
    event = await one(gateway, form.encode())
    assert (event.kind, event.failure_code, event.payment_id) == ("failed", "declined", read_id(tran_id))
    sha2 = hashlib.sha256(
        signed.format("65e84be33532fb784c48129675f9eff3a682b27168c0ea744b2cf58ee02337c5").encode()
    ).hexdigest()
    assert (await one(gateway, f"{form}&verify_sign_sha2={sha2}".encode())).id == event.id
    with pytest.raises(CallbackInvalid):
        await gateway.parse_callback({}, f"{form}&verify_sign_sha2={'0' * 64}".encode())
    await gateway.aclose()


async def test_a_paid_callback_says_what_the_validation_says(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = await opened(gateway)
    body = ssl.pay(write_id(payment.id), risk=1)
    event = await one(gateway, body)
    sent = form_of(body)
    assert event.id == f"{write_id(payment.id)}:VALID:{sent['val_id']}:risky"
    assert (event.kind, event.payment_id, event.amount, event.currency) == ("completed", payment.id, 123456, "BDT")
    assert (event.charge, event.reference, event.failure_code) == (sent["bank_tran_id"], None, None)
    assert ssl.requests[-1] == (
        "validation",
        {
            "val_id": sent["val_id"],
            "store_id": ssl.store_id,
            "store_passwd": ssl.store_password,
            "v": "1",
            "format": "json",
        },
    )
    assert event.payload["validation"]["risk_level"] == "1"
    assert event.payload["card_issuer"] == "M & T BANK, LTD. é"
    assert not {"verify_sign", "verify_sign_sha2", "verify_key", "store_passwd"} & event.payload.keys()


async def test_repeats_are_one_event(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = await opened(gateway)
    body = ssl.pay(write_id(payment.id))
    first, second = await one(gateway, body), await one(gateway, body)  # VALID at first, VALIDATED from then on
    assert first.payload["validation"]["status"] == "VALID"
    assert second.payload["validation"]["status"] == "VALIDATED"
    looked_up = await gateway.look_up(payment)
    assert looked_up is not None
    assert first.id == second.id == looked_up.id
    assert (looked_up.charge, looked_up.reference) == (first.charge, payment.provider_reference)


@pytest.mark.parametrize(
    ("what", "kind", "code"),
    [
        ("decline", "failed", "declined"),
        ("cancel", "failed", "cancelled_by_customer"),
        ("expire", "expired", None),
        ("leave", "expired", None),
    ],
)
async def test_what_took_no_money(
    ssl: SSLCommerzServer, gateway: SSLCommerzGateway, what: str, kind: str, code: str | None
) -> None:
    payment = await opened(gateway)
    body = getattr(ssl, what)(write_id(payment.id))
    event, repeat = await one(gateway, body), await one(gateway, body)
    assert (event.kind, event.failure_code, event.payment_id) == (kind, code, payment.id)
    assert event.id == repeat.id
    assert (event.amount, event.currency) == (None, None)
    assert "validation" not in kinds(ssl)


async def test_no_signed_field_can_be_changed(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = await opened(gateway)
    form = form_of(ssl.pay(write_id(payment.id)))
    asked = len(ssl.requests)
    for name in form:
        for changed in {form[name] + "0", "", form[name].swapcase() + " "} - {form[name]}:  # some are empty
            with pytest.raises(CallbackInvalid):
                await gateway.parse_callback({}, urlencode({**form, name: changed}).encode())
        left_out = {key: value for key, value in form.items() if key != name}
        if name != "verify_sign_sha2":
            with pytest.raises(CallbackInvalid):
                await gateway.parse_callback({}, urlencode(left_out).encode())
        with pytest.raises(CallbackInvalid, match="twice"):
            await gateway.parse_callback({}, urlencode([*form.items(), (name, form[name])]).encode())
    assert len(ssl.requests) == asked  # nobody without a signature makes us call anybody


async def test_what_is_not_signed_is_not_believed(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = await opened(gateway)
    full = form_of(ssl.pay(write_id(payment.id)))
    fields = {name: value for name, value in full.items() if not name.startswith("verify_")}
    for name in ("amount", "currency", "tran_id", "val_id", "status"):
        less = ssl.sign({key: value for key, value in fields.items() if key != name})
        with pytest.raises(CallbackInvalid):
            await gateway.parse_callback({}, less + f"&{name}={quote(fields[name])}".encode())
    event = await one(gateway, ssl.sign(fields) + b"&failure_code=made_up&refund_id=1")
    assert not {"failure_code", "refund_id"} & event.payload.keys()


async def test_a_signed_text_cannot_be_cut_otherwise(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    """verify_key is not signed: without bank_tran_id in it, `amount` could swallow it and the hash would stay right."""
    payment = await opened(gateway)
    form = form_of(ssl.decline(write_id(payment.id)))
    assert sorted(form["verify_key"].split(","))[:2] == ["amount", "bank_tran_id"]
    form["amount"] += f"&bank_tran_id={form.pop('bank_tran_id')}"
    form["verify_key"] = form["verify_key"].replace(",bank_tran_id", "")
    with pytest.raises(CallbackInvalid, match="holds another"):
        await gateway.parse_callback({}, urlencode(form).encode())


@pytest.mark.parametrize(
    "body",
    [b"", b"status=VALID", b"{}", b"\xff\xfe", b"verify_key=&verify_sign=" + b"0" * 32, b"&".join([b"a=1"] * 300)],
)
async def test_what_is_no_callback(gateway: SSLCommerzGateway, body: bytes) -> None:
    with pytest.raises(CallbackInvalid):
        await gateway.parse_callback({}, body)


async def test_the_password_cannot_be_named_as_a_field(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    fields = {"status": "FAILED", "tran_id": write_id(str(uuid.uuid4())), "amount": "10.00", "store_passwd": "x"}
    with pytest.raises(CallbackInvalid, match="malformed"):
        await gateway.parse_callback({}, ssl.sign(fields))


@pytest.mark.parametrize(
    "lie",
    [
        {"status": "INVALID_TRANSACTION"},
        {"status": "FAILED"},
        {"status": None},
        {"tran_id": "ANOTHER"},
        {"tran_id": None},
        {"amount": "1234.561"},  # no whole number of paisa
        {"amount": "1,234.56"},
        {"amount": "-1234.56"},
        {"amount": "0.00"},
        {"amount": "1e3"},
        {"amount": ""},
        {"currency_type": "", "currency": "taka"},
    ],
)
async def test_a_validation_that_does_not_confirm(
    ssl: SSLCommerzServer, gateway: SSLCommerzGateway, lie: dict[str, Any]
) -> None:
    payment = await opened(gateway)
    body = ssl.pay(write_id(payment.id))
    ssl.overrides["validation"] = lie
    with pytest.raises(CallbackInvalid):
        await gateway.parse_callback({}, body)
    with pytest.raises(Unavailable):
        await gateway.look_up(payment)
    ssl.overrides["validation"] = {}
    assert (await one(gateway, body)).kind == "completed"


@pytest.mark.parametrize(
    ("lie", "amount", "currency"),
    [
        ({"amount": "1.00"}, 100, "BDT"),  # what was taken, whatever was asked
        ({"amount": 1234.5}, 123450, "BDT"),  # a number in JSON, read as it is written
        ({"amount": 1234}, 123400, "BDT"),
        ({"currency_type": "USD", "currency_amount": "11.27"}, 1127, "USD"),
        ({"currency_type": None}, 123456, "BDT"),
        ({"currency_type": None, "currency": None}, 123456, "BDT"),
    ],
)
async def test_the_amount_is_the_validations(
    ssl: SSLCommerzServer, gateway: SSLCommerzGateway, lie: dict[str, Any], amount: int, currency: str
) -> None:
    """The database compares it with what was asked: another amount never pays an order, but it is money."""
    payment = await opened(gateway)
    body = ssl.pay(write_id(payment.id))
    ssl.overrides["validation"] = lie
    event = await one(gateway, body)
    assert (event.amount, event.currency) == (amount, currency)


@pytest.mark.parametrize("fault", ["lost", "unreached", "500", "html", "list", "inactive"])
async def test_a_callback_that_cannot_be_validated_comes_again(
    ssl: SSLCommerzServer, gateway: SSLCommerzGateway, fault: str
) -> None:
    payment = await opened(gateway)
    body = ssl.pay(write_id(payment.id))
    ssl.faults["validation"] = [fault]
    with pytest.raises(Unavailable):
        await gateway.parse_callback({}, body)
    assert (await one(gateway, body)).amount == 123456
    ssl.overrides["validation"] = {"status": "PENDING"}
    with pytest.raises(Unavailable):
        await gateway.parse_callback({}, body)


async def test_another_shop_of_the_same_store(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    event = await one(gateway, ssl.sign({"status": "FAILED", "tran_id": "WOO-123", "amount": "10.00"}))
    assert (event.id, event.kind, event.payment_id) == ("WOO-123:FAILED:", "failed", None)


async def test_a_status_we_do_not_know_is_kept(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    tran_id = write_id(str(uuid.uuid4()))
    event = await one(gateway, ssl.sign({"status": "COMPLETED", "tran_id": tran_id, "amount": "10.00"}))
    assert (event.kind, event.amount) == ("status_completed", None)


# --- looking up -----------------------------------------------------------------------------------


async def test_where_an_attempt_is(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    late = datetime.now(UTC) - timedelta(seconds=1)
    never = attempt()
    assert await gateway.look_up(never) is None  # nobody has opened it
    payment = await opened(gateway)
    assert await gateway.look_up(payment) is None
    for outcome in (ssl.decline, ssl.cancel):  # it may be tried again
        outcome(write_id(payment.id))
        assert await gateway.look_up(payment) is None
    ended = [await gateway.look_up(replace(p, expires_at=late)) for p in (never, payment)]
    assert [(e.kind, e.payment_id, e.id) for e in ended if e] == [
        ("expired", p.id, f"{write_id(p.id)}:EXPIRED:") for p in (never, payment)
    ]
    assert (await one(gateway, ssl.expire(write_id(payment.id)))).id == f"{write_id(payment.id)}:EXPIRED:"
    ssl.pay(write_id(payment.id))
    for expires_at in (payment.expires_at, late):  # money is money, early or late
        event = await gateway.look_up(replace(payment, expires_at=expires_at))
        assert event is not None
        assert (event.kind, event.amount, event.currency) == ("completed", 123456, "BDT")


@pytest.mark.parametrize("fault", ["lost", "500", "html", "list", "inactive"])
async def test_no_answer_is_no_end(ssl: SSLCommerzServer, gateway: SSLCommerzGateway, fault: str) -> None:
    payment = replace(await opened(gateway), expires_at=datetime.now(UTC) - timedelta(days=1))
    ssl.pay(write_id(payment.id))
    for kind in ("query", "validation"):
        ssl.faults[kind] = [fault]
        with pytest.raises(Unavailable):
            await gateway.look_up(payment)
    ssl.overrides["query"] = {"element": ["not an object"]}
    with pytest.raises(Unavailable):
        await gateway.look_up(payment)


async def test_elements_of_others_are_not_ours(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment, other = await opened(gateway), await opened(gateway)
    ssl.pay(write_id(other.id))
    ssl.overrides["query"] = {"element": [tried.fields() for tried in ssl.tries]}
    assert await gateway.look_up(payment) is None
    event = await gateway.look_up(other)
    assert event is not None
    assert event.payment_id == other.id


async def test_what_sslcommerz_cannot_do(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = attempt()
    await gateway.close(payment)
    with pytest.raises(Refused) as refusal:
        await gateway.capture(payment, 1)
    assert refusal.value.code == "capture_not_supported"
    assert ssl.requests == []


# --- refunds --------------------------------------------------------------------------------------


async def paid(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> Payment:
    payment = await opened(gateway)
    event = await one(gateway, ssl.pay(write_id(payment.id)))
    return replace(payment, status="completed", charge_reference=event.charge)


async def test_a_refund_is_initiated_and_ends_at_the_bank(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = await paid(ssl, gateway)
    refund = give_back(payment, 3456)
    first = await gateway.refund(payment, refund)
    (done,) = ssl.refunds.values()
    assert first == RefundOutcome("pending", done.reference)
    sent = next(fields for kind, fields in ssl.requests if kind == "refund")
    assert sent == {
        "bank_tran_id": payment.charge_reference,
        "refund_trans_id": write_id(refund.id),
        "refund_amount": "34.56",
        "refund_remarks": "requested",
        "refe_id": refund.id,
        "store_id": ssl.store_id,
        "store_passwd": ssl.store_password,
        "v": "1",
        "format": "json",
    }
    assert await gateway.refund(payment, refund) == first  # asked again: still on its way
    ssl.settle_refund(done.reference)
    assert await gateway.refund(payment, refund) == RefundOutcome("completed", done.reference)
    assert len(ssl.refunds) == 1
    other = give_back(payment, 100)
    outcome = await gateway.refund(payment, other)
    assert outcome.reference not in (None, done.reference)
    assert outcome.reference is not None
    ssl.cancel_refund(outcome.reference)
    assert await gateway.refund(payment, other) == RefundOutcome("failed", outcome.reference, "refund_cancelled")


@pytest.mark.parametrize("fault", ["lost", "hang", "unreached", "500", "html", "inactive"])
@pytest.mark.parametrize("tells_reference", [True, False])
async def test_a_refund_whose_answer_is_lost_is_made_once(
    ssl: SSLCommerzServer,
    gateway: SSLCommerzGateway,
    fault: str,
    tells_reference: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(2.0, read=0.2))
    gateway = SSLCommerzGateway(
        SSLCommerzSettings(store_id=ssl.store_id, store_password=ssl.store_password, api=ssl.url), SHOP
    )
    payment = await paid(ssl, gateway)
    refund = give_back(payment, 3456)
    ssl.tells_reference = tells_reference
    ssl.faults["refund"] = [fault]
    with pytest.raises(Unavailable):
        await gateway.refund(payment, refund)
    for _ in range(3):
        assert (await gateway.refund(payment, refund)).status == "pending"
    assert [r.amount.as_tuple().digits for r in ssl.refunds.values()] == [(3, 4, 5, 6)]
    await gateway.aclose()


@pytest.mark.parametrize("fault", ["lost", "500", "html"])
async def test_a_refund_that_was_initiated_is_pending(
    ssl: SSLCommerzServer, gateway: SSLCommerzGateway, fault: str
) -> None:
    payment = await paid(ssl, gateway)
    refund = give_back(payment, 3456)
    ssl.faults["refund_query"] = [fault]
    outcome = await gateway.refund(payment, refund)
    assert outcome == RefundOutcome("pending", next(iter(ssl.refunds)))


async def test_a_refund_that_is_refused(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = await paid(ssl, gateway)
    too_much = await gateway.refund(payment, give_back(payment, payment.amount + 1))
    assert too_much == RefundOutcome("failed", None, "refund_refused")
    unknown = await gateway.refund(replace(payment, charge_reference="nothing"), give_back(payment, 100))
    assert unknown == RefundOutcome("failed", None, "refund_refused")
    dollars = await gateway.refund(payment, give_back(payment, 100, "USD"))
    assert dollars == RefundOutcome("failed", None, "refund_currency_not_supported")
    never_paid = attempt()
    assert await gateway.refund(never_paid, give_back(never_paid, 100)) == RefundOutcome(
        "failed", None, "charge_not_found"
    )
    assert ssl.refunds == {}


@pytest.mark.parametrize("reason", ["refund_trans_id already exists", "Duplicate refund_trans_id", "must be unique"])
async def test_what_sounds_like_a_repeat_is_not_a_failure(
    ssl: SSLCommerzServer, gateway: SSLCommerzGateway, reason: str
) -> None:
    payment = await paid(ssl, gateway)
    ssl.overrides["refund"] = {"status": "failed", "errorReason": reason, "refund_ref_id": ""}
    assert await gateway.refund(payment, give_back(payment, 100)) == RefundOutcome("pending")
    ssl.overrides["refund"] = {"status": "perhaps"}
    with pytest.raises(Unavailable):
        await gateway.refund(payment, give_back(payment, 100))


async def test_a_refund_finds_the_charge_by_itself(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = replace(await paid(ssl, gateway), charge_reference=None)
    assert (await gateway.refund(payment, give_back(payment, 100))).status == "pending"
    ssl.overrides["query"] = {"element": [{**ssl.tries[0].fields(), "bank_tran_id": name} for name in ("a", "b")]}
    with pytest.raises(Unavailable, match="more than once"):
        await gateway.refund(payment, give_back(payment, 100))


# --- the password ---------------------------------------------------------------------------------


async def test_the_password_is_in_no_log_exception_or_text(
    ssl: SSLCommerzServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(2.0, read=0.2))
    caplog.set_level(logging.DEBUG)
    password = ssl.store_password
    keys = SSLCommerzSettings(store_id=ssl.store_id, store_password=password, api=ssl.url)
    seen: list[str] = []

    def keep(error: BaseException | None) -> None:
        while error is not None:  # everything that hangs on it
            request = getattr(error, "_request", None)
            seen.extend([str(error), repr(error), repr(vars(error)), str(request.url) if request else ""])
            seen.extend(traceback.format_exception(error))
            error = error.__cause__ or error.__context__

    for fault in ("lost", "unreached", "hang", "500", "html", "list", "inactive", ""):
        gateway = SSLCommerzGateway(keys, SHOP)
        payment = attempt(charge_reference="26112110150001BANKx")
        for call, kind in (
            (gateway.open(payment), "query"),
            (gateway.open(payment), "session"),
            (gateway.look_up(payment), "query"),
            (gateway.refund(payment, give_back(payment, 100)), "refund"),
        ):
            if fault:
                ssl.faults[kind] = [fault]
            try:
                seen.append(repr(await call))
            except (Refused, Unavailable) as error:
                keep(error)
        seen.extend([repr(gateway), repr(vars(gateway)), repr(keys)])
        await gateway.aclose()
    nobody = SSLCommerzGateway(keys.model_copy(update={"api": "http://127.0.0.1:9"}), SHOP)
    with pytest.raises(Unavailable) as refused:
        await nobody.look_up(attempt())
    keep(refused.value)
    with pytest.raises(httpx.ConnectError) as below:  # what httpx itself would say
        await nobody._http.get("http://127.0.0.1:9/")
    keep(below.value)
    await nobody.aclose()

    seen.extend(record.getMessage() for record in caplog.records)
    assert any("HTTP Request: GET" in text for text in seen)  # httpx does log addresses
    for form in (password, quote(password), quote_plus(password), quote(password, safe=""), "e%2541", "c%3Dd"):
        assert not [text for text in seen if form in text]
    assert any(fields.get("store_passwd") == password for _, fields in ssl.requests)
