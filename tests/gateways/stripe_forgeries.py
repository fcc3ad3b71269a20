"""Callbacks that Stripe did not sign."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from .stripe_server import StripeServer, Thing

Callback = tuple[dict[str, str], bytes]


def header(text: str) -> Callable[[StripeServer, Thing], Callback]:
    return lambda stripe, sent: ({"stripe-signature": text}, stripe.signed(sent)[1])


def changed(change: Callable[[bytes], bytes]) -> Callable[[StripeServer, Thing], Callback]:
    def forge(stripe: StripeServer, sent: Thing) -> Callback:
        headers, body = stripe.signed(sent)
        assert change(body) != body
        return headers, change(body)

    return forge


def resigned(change: Callable[[str], str]) -> Callable[[StripeServer, Thing], Callback]:
    def forge(stripe: StripeServer, sent: Thing) -> Callback:
        headers, body = stripe.signed(sent)
        text = headers["stripe-signature"]
        assert change(text) != text
        return {"stripe-signature": change(text)}, body

    return forge


FORGED: dict[str, Callable[[StripeServer, Thing], Callback]] = {
    "no signature": lambda stripe, sent: ({}, stripe.signed(sent)[1]),
    "an empty one": header(""),
    "nonsense": header("nonsense"),
    "no time": header("v1=00"),
    "no number": header("t=now,v1=00"),
    "not ASCII": header("t=1,v1=é"),
    "no keys": lambda stripe, sent: stripe.signed(sent, keys=[]),
    "another secret": lambda stripe, sent: stripe.signed(sent, keys=["whsec_other"]),
    "an empty secret": lambda stripe, sent: stripe.signed(sent, keys=[""]),
    "stale": lambda stripe, sent: stripe.signed(sent, at=time.time() - 301),
    "from the future": lambda stripe, sent: stripe.signed(sent, at=time.time() + 360),
    "a stale one's body with a fresh time": resigned(
        lambda text: f"t={int(time.time()) + 1}" + text[text.index(",") :]
    ),
    "another scheme": resigned(lambda text: text.replace("v1=", "v0=")),
    "half a signature": resigned(lambda text: text[:-1]),
    "another amount": changed(lambda body: body.replace(b"3000", b"3001")),
    "the same, written otherwise": changed(lambda body: json.dumps(json.loads(body)).encode()),
    "one byte more": changed(lambda body: body + b"\n"),
    "half a body": changed(lambda body: body[: len(body) // 2]),
    "no body": changed(lambda body: b""),
    "not text": changed(lambda body: b"\xff" + body),
}
