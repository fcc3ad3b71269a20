"""Payments over HTTP: what one statement cannot do, because a gateway is called between two.

    POST /v1/orders/{order_id}/payments   begin (commits the attempt and its key) → gateway → open (stores the session)
    POST /v1/webhooks/{provider}          verify → apply
    /mock/checkout/{token}                the mock gateway's hosted page

Whatever breaks between two steps, the attempt and its key are committed: the worker, or the same request sent again
with its Idempotency-Key, goes on from there and never opens a second checkout.
"""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import orjson

from api.gateways import mock
from api.gateways.protocol import CallbackInvalid, Event, Gateway, Payment, Refused, Unavailable
from api.gateways.registry import providers
from api.http.endpoint import JSON, NO_STORE, Answer, Caller, Endpoint, Exchange, Handler, Store
from api.http.errors import Problem

GATEWAY = Caller("gateway", "")
PATIENCE = 8.0  # seconds that a customer waits for a gateway
DELIVERIES = 3  # how often the mock tries to deliver a callback while its page waits

_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(hashlib.sha256(mock.STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HTML = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", _POLICY.encode()),
    NO_STORE,
]


# --- paying ---------------------------------------------------------------------------------------


async def begin_payment(endpoint: Endpoint, x: Exchange) -> Answer:
    """For an order or into the wallet: commit the attempt, then have the gateway open a checkout for it."""
    store = endpoint.store
    caller = store.identify(x)
    call = await endpoint.read(x)
    provider = call.data["provider"]
    if provider in providers() and provider not in store.gateways:
        raise Problem("provider_not_available", 422, "This way of paying is not offered. Choose another provider.")
    answer = await endpoint.execute(x, call, caller)
    payment = orjson.loads(answer.body)["payment"]
    if payment["status"] != "initiated":
        return answer
    opened = await open_checkout(store, payment["id"], x.request_id)
    if opened is None:  # a repeated request, for an attempt that has come to its end since
        current = await store.call("get_payment", {"payment_id": payment["id"]}, request_id=x.request_id, caller=caller)
        opened = {"payment": current, "checkout_url": current["checkout_url"]}
    answer.body = orjson.dumps(opened)
    return answer


async def capture_payment(endpoint: Endpoint, x: Exchange) -> Answer:
    """Commit what is to be taken, then have the gateway take it. Whatever fails then, the worker goes on."""
    store = endpoint.store
    caller = store.identify(x)
    answer = await endpoint.execute(x, await endpoint.read(x), caller)
    decided = orjson.loads(answer.body)
    if decided["status"] != "authorized":
        return answer
    await capture(store, decided["id"], x.request_id)
    current = await store.call("get_payment", {"payment_id": decided["id"]}, request_id=x.request_id, caller=caller)
    return endpoint.compose(x, orjson.dumps(current).decode(), caller)


BEGIN_PAYMENT = Handler(begin_payment)
CAPTURE_PAYMENT = Handler(capture_payment)


async def open_checkout(store: Store, payment_id: str, request_id: str) -> Any:
    """Have the gateway open a session for an attempt and store it; None when the attempt needs none any more."""
    payment = await read_payment(store, payment_id, request_id)
    if payment.status != "initiated":
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            session = await gateway_of(store, payment.provider).open(payment)
    except Refused as refusal:
        given_up = {"payment_id": payment_id, "failure_code": refusal.code}
        await store.call("fail_payment", given_up, request_id=request_id, caller=GATEWAY)
        if refusal.code == "provider_not_available":
            raise Problem(refusal.code, 422, "This way of paying is not offered. Choose another provider.") from None
        raise Problem("gateway_refused") from None
    except (Unavailable, TimeoutError, OSError, httpx.TransportError):
        # Whether the session exists is not known: the attempt stays as it is, and is opened again with the same key.
        raise Problem("gateway_unavailable", members={"payment_id": payment_id, "retry_after": 5}) from None
    opened = {"payment_id": payment_id, "provider_reference": session.reference, "checkout_url": session.url}
    return await store.call("open_payment", opened, request_id=request_id, caller=GATEWAY)


async def capture(store: Store, payment_id: str, request_id: str) -> Any:
    """Have the gateway take what was decided; None when there is nothing to take any more.

    A refusal ends nothing by itself: the authorisation may be over, or may have been captured past us, and the gateway
    is asked which.
    """
    payment = await read_payment(store, payment_id, request_id)
    if payment.status != "authorized" or payment.capture_amount is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            gateway = gateway_of(store, payment.provider)
            try:
                event = await gateway.capture(payment, payment.capture_amount)
            except Refused:
                found = await gateway.look_up(payment)
                if found is None or found.kind == "authorized":
                    raise
                event = found
    except Refused:
        raise Problem("gateway_refused") from None
    except (Unavailable, TimeoutError, OSError, httpx.TransportError):
        raise Problem("gateway_unavailable", members={"payment_id": payment_id, "retry_after": 15}) from None
    return await apply_event(store, payment.provider, event, request_id)


async def read_payment(store: Store, payment_id: str, request_id: str) -> Payment:
    found = await store.call(
        "get_payment_for_gateway", {"payment_id": payment_id}, request_id=request_id, caller=GATEWAY, repeatable=True
    )
    return Payment.read(found)


def gateway_of(store: Store, provider: str) -> Gateway:
    gateway = store.gateways.get(provider)
    if gateway is None:
        raise Refused("provider_not_available")
    return gateway


# --- callbacks ------------------------------------------------------------------------------------


async def receive_webhook(store: Store, x: Exchange) -> Answer:
    """A gateway says what happened. 2xx: it need not say it again."""
    gateway = store.gateways.get(x.path["provider"])
    if gateway is None:
        raise Problem("not_found")
    body = await x.read(store.settings.body_limit)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in x.headers.items()}
    try:
        events = await gateway.parse_callback(headers, body)
    except CallbackInvalid as error:
        raise Problem("signature_invalid", 400, f"This callback is not accepted: {error}.") from None
    except Unavailable:
        raise Problem("gateway_unavailable", 503, "The callback could not be verified. Send it again.") from None
    # One callback may say several things, each applied by itself: a repeat finds those that are done.
    receipts = [await apply_event(store, x.path["provider"], event, x.request_id) for event in events]
    outcome = receipts[-1]["outcome"] if receipts else "ignored"
    return Answer(200, orjson.dumps({"received": True, "outcome": outcome}), [JSON, NO_STORE])


async def apply_event(store: Store, provider: str, event: Event, request_id: str) -> Any:
    return await store.call(
        "receive_gateway_event",
        {
            "provider": provider,
            "event_id": event.id,
            "kind": event.kind,
            "payment_id": event.payment_id,
            "provider_reference": event.reference,
            "charge_reference": event.charge,
            "amount": event.amount,
            "currency": event.currency,
            "case_reference": event.case,
            "refund_id": event.refund_id,
            "failure_code": event.failure_code,
            "payload": event.payload,
        },
        request_id=request_id,
        caller=GATEWAY,
        repeatable=True,  # the event's id makes a second time harmless
    )


# --- the mock gateway's hosted page ---------------------------------------------------------------


async def show_checkout(store: Store, x: Exchange) -> Answer:
    _, checkout = _mock_checkout(store, x)
    if checkout is None:
        return _html(mock.gone_page(), 404)
    return _html(mock.checkout_page(checkout))


async def decide_checkout(store: Store, x: Exchange) -> Answer:
    """The person decided: send the signed callback, as a gateway would, and lead them to the shop's page."""
    gateway, checkout = _mock_checkout(store, x)
    if gateway is None or checkout is None:
        return _html(mock.gone_page(), 404)
    form = dict(parse_qsl((await x.read(store.settings.body_limit)).decode("utf-8", "replace")))
    outcome = form.get("outcome")
    if outcome == "pay":
        page, (headers, body) = "success", gateway.callback(checkout, "pay")
    elif outcome == "decline":
        page, (headers, body) = "cancel", gateway.callback(checkout, "decline")
    else:
        return _html(mock.checkout_page(checkout, notice="Choose to pay or to decline."), 422)
    headers["x-request-id"] = x.request_id

    # Through the whole application, in process: a callback takes the way that any gateway's takes.
    transport = httpx.ASGITransport(x.scope["app"], raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=store.settings.public_url) as client:
        for attempt in range(DELIVERIES):
            answer = await client.post(f"/v1/webhooks/{mock.PROVIDER.name}", content=body, headers=headers)
            if answer.is_success:
                target = f"/v1/checkout/{page}?{urlencode({'payment_id': checkout.payment_id})}"
                return Answer(303, b"", [(b"location", target.encode()), NO_STORE])
            await asyncio.sleep(0.1 * 2**attempt)
    return _html(mock.checkout_page(checkout, notice="The shop does not answer. Try again in a moment."), 503)


def _mock_checkout(store: Store, x: Exchange) -> tuple[mock.MockGateway | None, mock.Checkout | None]:
    gateway = store.gateways.get(mock.PROVIDER.name)
    if not isinstance(gateway, mock.MockGateway):
        return None, None
    return gateway, gateway.read_token(x.path["token"])


def _html(text: str, status: int = 200) -> Answer:
    return Answer(status, text.encode(), list(_HTML))
