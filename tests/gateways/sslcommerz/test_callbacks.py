"""SSLCommerz: what its callbacks say, and which are believed."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from api.gateways.protocol import CallbackInvalid, Unavailable
from api.gateways.sslcommerz.fields import read_id, write_id
from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from api.gateways.sslcommerz.settings import SSLCommerzSettings
from tests.gateways.sslcommerz.conftest import SHOP, form_of, kinds, one, opened
from tests.gateways.sslcommerz_server import SSLCommerzServer

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
