"""The gateways that run here: used without an event loop, reached by other processes, strict as the real ones."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import uuid
from typing import Any

import httpx
import pytest

from api.gateways.sslcommerz.fields import write_id

from .sslcommerz_server import SSLCommerzServer
from .stripe_payments import attempt
from .stripe_server import StripeServer

# A shop in a process of its own: it knows what its environment says, and nothing else.
SHOP = """
import asyncio, json, sys
from api.gateways.protocol import Payment
from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from api.gateways.stripe.gateway import StripeGateway
from api.settings import Settings

async def main():
    settings, payment = Settings.from_env(), Payment.read(json.load(sys.stdin))
    for gateway in (
        StripeGateway(settings.gateways["stripe"], settings.public_url),
        SSLCommerzGateway(settings.gateways["sslcommerz"], settings.public_url),
    ):
        print((await gateway.open(payment)).reference)
        await gateway.aclose()

asyncio.run(main())
"""


def test_another_process_opens_checkouts_here() -> None:
    payment = attempt(123400, "BDT", items=())
    with StripeServer() as stripe, SSLCommerzServer() as ssl:
        shop = subprocess.run(
            [sys.executable, "-c", SHOP],
            input=json.dumps(vars(payment), default=str),
            env={**os.environ, **stripe.environment, **ssl.environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert shop.returncode == 0, shop.stderr
        for_stripe, for_ssl = shop.stdout.split()
        assert stripe.pay(for_stripe)[-1]["type"] == "checkout.session.completed"
        assert write_id(payment.id).encode() in ssl.pay(write_id(payment.id))
        assert (list(stripe.sessions), list(ssl.opened)) == ([for_stripe], [for_ssl])


async def test_callbacks_are_sent_signed_and_in_order(stripe: StripeServer) -> None:
    events = [{"id": "evt_1", "type": "plan.created"}, {"id": "evt_2", "type": "plan.deleted"}]
    answers = await stripe.deliver(f"{stripe.url}/v1/webhooks/stripe", *events)
    assert [answer.status_code for answer in answers] == [401, 401]  # it is no shop
    assert [json.loads(answer.request.content) for answer in answers] == events
    assert all("stripe-signature" in request.headers for request in stripe.requests)


LINE = {
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": "3000",
    "line_items[0][price_data][product_data][name]": "Lamp",
    "line_items[0][quantity]": "1",
}
FORM = {"mode": "payment", "success_url": "https://shop.example", **LINE}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (FORM | {"colour": "red"}, {"code": "parameter_unknown", "param": "colour"}),
        (
            FORM | {"line_items[0][price]": "price_1", "line_items[0][colour]": "red"},
            {"code": "parameter_unknown", "param": "line_items[0][colour]"},
        ),
        (FORM | {"idempotency_key": "1"}, {"code": "parameter_unknown"}),  # an option of the library's call
        (FORM | {"mode": "gift"}, {"type": "invalid_request_error"}),
        (FORM | {"line_items[0][quantity]": "many"}, {"code": "parameter_invalid_integer"}),
        (FORM | {"line_items[0][price_data][product_data][name]": ""}, {"code": "parameter_invalid_empty"}),
        (FORM | {"line_items[2][quantity]": "1"}, {"type": "invalid_request_error"}),  # a gap in the list
        (FORM | {"expires_at": "1"}, {"param": "expires_at"}),
        ({"mode": "payment", **LINE}, {"code": "parameter_missing"}),
        ({name: value for name, value in FORM.items() if "currency" not in name}, {"code": "parameter_missing"}),
    ],
)
def test_stripe_refuses_what_it_does_not_know(stripe: StripeServer, form: dict[str, str], said: dict[str, str]) -> None:
    headers = {"authorization": f"Bearer {stripe.secret_key}"}
    answer = httpx.post(f"{stripe.url}/v1/checkout/sessions", data=form, headers=headers)
    assert (answer.status_code, stripe.sessions) == (400, {})
    assert said.items() <= answer.json()["error"].items()
    assert httpx.post(f"{stripe.url}/v1/checkout/sessions", data=FORM, headers=headers).status_code == 200


def test_stripes_answers_to_keys(stripe: StripeServer) -> None:
    with httpx.Client(base_url=stripe.url) as client:

        def post(form: dict[str, str], **headers: str) -> tuple[int, Any]:
            sent = {"authorization": f"Bearer {stripe.secret_key}", "idempotency-key": key} | headers
            answer = client.post("/v1/checkout/sessions", data=form, headers=sent)
            return answer.status_code, answer.json()

        key = str(uuid.uuid4())
        assert post(FORM, authorization="Bearer sk_test_wrong")[0] == 401
        status, first = post(FORM)
        assert (status, post(FORM)) == (200, (200, first))  # the same answer, to the letter
        status, other = post(FORM | {"success_url": "https://other.example"})
        assert (status, other["error"]["type"]) == (400, "idempotency_error")
        too_much = FORM | {"line_items[0][price_data][unit_amount]": "100000000"}
        key = str(uuid.uuid4())
        assert post(too_much) == post(too_much)  # a refusal is kept as well
        stripe.forget_keys()
        assert post(FORM)[1]["id"] != first["id"]
        assert client.get("/v1/plans", headers={"authorization": f"Bearer {stripe.secret_key}"}).status_code == 404


def test_a_request_that_does_not_come_whole_is_none(stripe: StripeServer) -> None:
    """A client that gives up in the middle of one: its key means nothing yet, and the request may be sent again."""
    headers = {"authorization": f"Bearer {stripe.secret_key}", "idempotency-key": "half"}
    half = httpx.Request("POST", f"{stripe.url}/v1/checkout/sessions", data=FORM, headers=headers)
    lines = [f"{name}: {value}" for name, value in half.headers.items()]
    with socket.create_connection((half.url.host, half.url.port or 0)) as connection:
        connection.sendall("\r\n".join(["POST /v1/checkout/sessions HTTP/1.1", *lines, "", ""]).encode())
        connection.sendall(half.read()[:20])
    assert httpx.post(half.url, data=FORM, headers=headers).status_code == 200
    assert len(stripe.requests) == 1
