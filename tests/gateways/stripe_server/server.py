"""The server: its life, the troubles that tests order, the callbacks, and HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import uvicorn
from stripe.params import (
    BalanceTransactionListParams,
    BalanceTransactionRetrieveParams,
    DisputeRetrieveParams,
    PaymentIntentCancelParams,
    PaymentIntentCaptureParams,
    PaymentIntentRetrieveParams,
    RefundCreateParams,
    RefundListParams,
    RefundRetrieveParams,
)
from stripe.params.checkout import SessionCreateParams, SessionExpireParams, SessionRetrieveParams

from tests.gateways.stripe_server.checkout import Checkout
from tests.gateways.stripe_server.disputes import Disputes
from tests.gateways.stripe_server.parameters import check, decode
from tests.gateways.stripe_server.protocol import (
    Answer,
    Kept,
    Kind,
    Refusal,
    Request,
    Thing,
    Trouble,
    in_use,
    masked,
    refuse,
)
from tests.gateways.stripe_server.transactions import Transactions


class StripeServer(Checkout, Disputes, Transactions):
    provider = "stripe"

    @property
    def environment(self) -> dict[str, str]:
        """For a process of the shop: see api.settings."""
        return {
            "STRIPE_API": self.url,
            "STRIPE_SECRET_KEY": self.secret_key,
            "STRIPE_WEBHOOK_SECRET": self.webhook_secret,
        }

    # --- its life ---------------------------------------------------------------------------------

    def __enter__(self) -> StripeServer:
        # asyncio sends at once (TCP_NODELAY) only where a socket says that it is of TCP: else 40 ms an answer.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            self._serve, interface="asgi3", loop="asyncio", lifespan="off", log_config=None, log_level="critical",
            access_log=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()

    async def __aenter__(self) -> StripeServer:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.__exit__)

    # --- what a test orders -----------------------------------------------------------------------

    def trouble(self, kind: Kind, *, times: int = 1, on: str = "", seconds: float = 0.0) -> None:
        with self._lock:
            self._troubles.append(Trouble(kind, times, on, seconds))

    def calm(self) -> None:
        """No more trouble."""
        with self._lock:
            self._troubles.clear()

    def meanwhile(self, on: str, act: Callable[[], object]) -> None:
        with self._lock:
            self._troubles.append(Trouble("meanwhile", on=on, act=act))

    def forget_keys(self) -> None:
        with self._lock:
            self._keys.clear()

    def asked(self, on: str) -> list[Request]:
        return [request for request in self.requests if on in f"{request.method} {request.path}"]

    # --- webhooks ---------------------------------------------------------------------------------

    def signed(
        self, event: Thing | bytes, *, at: float | None = None, keys: Sequence[str] | None = None
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of a callback; `at` in seconds since the epoch, a signature for each of `keys`."""
        body = event if isinstance(event, bytes) else json.dumps(event, indent=2).encode()
        moment = int(time.time() if at is None else at)
        given = (self.webhook_secret,) if keys is None else keys
        signatures = [hmac.new(key.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest() for key in given]
        header = ",".join([f"t={moment}", *(f"v1={signature}" for signature in signatures)])
        return {"content-type": "application/json; charset=utf-8", "stripe-signature": header}, body

    async def deliver(self, url: str, *events: Thing) -> list[httpx.Response]:
        """Send callbacks, one after the other."""
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            answers = []
            for event in events:
                headers, body = self.signed(event)
                answers.append(await client.post(url, headers=headers, content=body))
            return answers

    # --- HTTP -------------------------------------------------------------------------------------

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":  # what did not come whole is no request
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method, path = scope["method"], scope["raw_path"].decode()
        trouble = self._next_trouble(f"{method} {path}")
        answer = self._prevented(trouble.kind)
        if answer is None and trouble.kind != "lost_request":
            query = scope["query_string"].decode()
            answer = await self._answer(Request(method, path, headers, {}), query, body, trouble)
        if answer is None or trouble.kind == "lost_answer":
            # Promise a body and end: the server closes the connection, and the client has no answer.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
            return
        sent = {"content-type": "application/json", "request-id": f"req_{secrets.token_hex(7)}"} | answer.headers
        lines = [(name.encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": lines})
        await send({"type": "http.response.body", "body": answer.body})

    def _next_trouble(self, line: str) -> Trouble:
        with self._lock:
            for trouble in self._troubles:
                if trouble.on in line and trouble.times:
                    trouble.times -= 1
                    return trouble
        return Trouble(None)

    def _prevented(self, trouble: Kind | None) -> Answer | None:
        """The answer that comes instead of the work. The library repeats 5xx unless told not to: that takes time."""
        match trouble:
            case "error":
                refusal = Refusal(500, "An unknown error occurred", kind="api_error")
            case "rate_limit":
                refusal = Refusal(429, "Request rate limit exceeded.", code="rate_limit")
            case "lock_timeout":
                refusal = Refusal(429, "This object cannot be accessed right now", code="lock_timeout")
            case "key_in_use":
                refusal = in_use()
            case "forbidden":
                refusal = Refusal(403, f"The provided key '{masked(self.secret_key)}' does not have the permission.")
            case "garbage":
                return Answer(200, b"<html>It works!</html>")
            case _:
                return None
        return refuse(refusal) if refusal.status != 500 else refuse(refusal, {"stripe-should-retry": "false"})

    async def _answer(self, request: Request, query: str, body: bytes, trouble: Trouble) -> Answer:
        try:
            with self._lock:
                self.requests.append(request)
                self._authenticate(request)
                work = self._route(request, query, body)
                if (kept := self._keep(request)) is not None and kept.answer is not None:
                    request.status = kept.answer.status
                    return Answer(kept.answer.status, kept.answer.body, {"idempotent-replayed": "true"})
            if trouble.seconds:
                await asyncio.sleep(trouble.seconds)
            with self._lock:
                if trouble.act:
                    trouble.act()
                answer = self._work(work)
                if kept is not None:
                    kept.answer = answer
        except Refusal as refusal:
            answer = refuse(refusal)
        request.status = answer.status
        return answer

    def _authenticate(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(key.encode(), self.secret_key.encode()):
            raise Refusal(401, f"Invalid API Key provided: {masked(key)}")

    def _route(self, request: Request, query: str, body: bytes) -> Callable[[], Thing]:
        for method, pattern, schema, function in ROUTES:
            if method == request.method and (match := re.fullmatch(pattern, request.path)):
                form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
                if body and not form:
                    raise Refusal(400, "Invalid request: the body must be a form.")
                request.params = check(schema, decode(query if method == "GET" else body.decode()))
                return lambda: function(self, request.params, *match.groups())
        raise Refusal(404, f"Unrecognized request URL ({request.method}: {request.path}).")

    def _keep(self, request: Request) -> Kept | None:
        if request.method != "POST" or request.key is None:
            return None
        if len(request.key) > 255:
            raise Refusal(400, "Idempotency keys are up to 255 characters long.")
        kept = self._keys.get(request.key)
        if kept is None:
            kept = self._keys[request.key] = Kept(request.method, request.path, request.params)
        elif (kept.method, kept.path, kept.params) != (request.method, request.path, request.params):
            raise Refusal(400, "Keys for idempotent requests can only be used with the same parameters they were "
                          "first used with.", kind="idempotency_error")  # fmt: skip
        elif kept.answer is None:
            raise in_use()
        return kept

    def _work(self, work: Callable[[], Thing]) -> Answer:
        try:
            return Answer(200, json.dumps(work(), indent=2).encode())
        except Refusal as refusal:
            return refuse(refusal)


ROUTES: Sequence[tuple[str, str, type, Callable[..., Thing]]] = (
    ("POST", "/v1/checkout/sessions", SessionCreateParams, StripeServer._create_session),
    ("GET", "/v1/checkout/sessions/(cs_[a-z0-9_]+)", SessionRetrieveParams, StripeServer._get_session),
    ("POST", "/v1/checkout/sessions/(cs_[a-z0-9_]+)/expire", SessionExpireParams, StripeServer._expire_session),
    ("GET", "/v1/payment_intents/(pi_[a-z0-9]+)", PaymentIntentRetrieveParams, StripeServer._get_intent),
    ("POST", "/v1/payment_intents/(pi_[a-z0-9]+)/capture", PaymentIntentCaptureParams, StripeServer._capture_intent),
    ("POST", "/v1/payment_intents/(pi_[a-z0-9]+)/cancel", PaymentIntentCancelParams, StripeServer._cancel_intent),
    ("GET", "/v1/balance_transactions", BalanceTransactionListParams, StripeServer._list_transactions),
    (
        "GET",
        "/v1/balance_transactions/(txn_[a-z0-9]+)",
        BalanceTransactionRetrieveParams,
        StripeServer._get_transaction,
    ),
    ("POST", "/v1/refunds", RefundCreateParams, StripeServer._create_refund),
    ("GET", "/v1/refunds", RefundListParams, StripeServer._list_refunds),
    ("GET", "/v1/refunds/(re_[a-z0-9]+)", RefundRetrieveParams, StripeServer._get_refund),
    ("GET", "/v1/disputes/(dp_[a-z0-9]+)", DisputeRetrieveParams, StripeServer._get_dispute),
)
