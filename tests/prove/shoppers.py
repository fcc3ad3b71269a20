"""Clients as they should be, who remember what they were told.

Every effect has an Idempotency-Key. Whatever is not a definite answer (no connection, a time-out, 5xx, "still running")
is sent again with the same key, until there is one. So in the end it is known of everything that was asked whether it
was done, and what is in the database must be that: nothing less (lost), nothing more (doubled).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.gateways.stripe_server import StripeServer, Thing

PATIENCE = 20.0  # seconds; the web tier gives up after 15
CONNECTIONS = 8  # of one client
PASSWORD = "Correct-Horse-9"
PRODUCTS_AT_ONCE = 3


@dataclass
class Told:
    """What a client was told of something it asked for."""

    who: str
    what: str
    path: str
    body: Thing
    key: str
    token: str | None
    status: int
    answer: Any
    tries: int


@dataclass
class Book:
    """What all clients together know."""

    told: list[Told] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)  # how each attempt ended
    refusals: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)  # what should not have been answered
    slowest: float = 0.0

    def done(self, what: str | None = None) -> list[Told]:
        return [t for t in self.told if 200 <= t.status < 300 and what in (None, t.what)]


class Client:
    """One person with one connection pool, who does one thing at a time."""

    def __init__(self, name: str, url: str, book: Book, *, patience: float = PATIENCE) -> None:
        self.name = name
        self.url = url
        self.book = book
        limits = httpx.Limits(max_connections=CONNECTIONS)
        self.http = httpx.AsyncClient(timeout=httpx.Timeout(patience, pool=None), trust_env=False, limits=limits)
        self.count = 0

    async def close(self) -> None:
        await self.http.aclose()

    async def definite(
        self, method: str, path: str, *, token: str | None = None, key: str | None = None, **given: Any
    ) -> tuple[httpx.Response, int]:
        """The first answer that says what is, however often it has to be asked for. Also how often that was."""
        headers = dict(given.pop("headers", {}))
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        if key is not None:
            headers["idempotency-key"] = key
        where = path if path.startswith("http") else f"{self.url}/v1{path}"
        tries = 0
        pause = 0.05
        while True:
            tries += 1
            begin = time.monotonic()
            try:
                answer = await self.http.request(method, where, headers=headers, **given)
            except httpx.TransportError as error:
                self.book.tries[type(error).__name__] += 1
            else:
                code = _code(answer)
                self.book.tries[f"{answer.status_code} {code}".strip()] += 1
                if code == "internal_error":
                    self.book.wrong.append(f"{method} {path}: 500 {answer.text[:200]}")
                if (answer.status_code < 500 or code == "gateway_refused") and code not in (
                    "idempotency_key_in_use", "too_many_attempts", "rate_limited",
                ):  # fmt: skip
                    return answer, tries
            finally:
                self.book.slowest = max(self.book.slowest, time.monotonic() - begin)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(1.0, pause * 2)

    async def do(self, what: str, path: str, body: Thing, *, token: str | None = None) -> Any | None:
        """One effect with one key, and the answer's document; None when it was refused."""
        self.count += 1
        key = f"{self.name}-{self.count}"
        answer, tries = await self.definite("POST", path, token=token, key=key, json=body)
        found = answer.json() if answer.content else None
        self.book.told.append(Told(self.name, what, path, body, key, token, answer.status_code, found, tries))
        if answer.is_success:
            return found
        self.book.refusals[f"{what}: {answer.status_code} {_code(answer)}"] += 1
        return None

    async def read(self, path: str, *, token: str | None = None) -> Any | None:
        answer, _ = await self.definite("GET", path, token=token)
        return answer.json() if answer.is_success else None


def _code(answer: httpx.Response) -> str:
    if answer.status_code < 400:
        return ""
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return ""


class Stripe:
    """People at Stripe's page, and Stripe's callbacks: sent until they are taken, often twice, in any order."""

    def __init__(self, server: StripeServer, url: str, book: Book, chance: random.Random) -> None:
        self.server = server
        self.client = Client("stripe", url, book)
        self.chance = chance
        self.forgetful = 0.0  # how many callbacks are never sent
        self.sent: Counter[str] = Counter()
        self._under_way: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(CONNECTIONS)

    def people(self, session: str, act: Callable[[str], list[Thing]]) -> None:
        with suppress(ValueError):  # the session was closed in this moment: its order was cancelled or paid
            self.tell(act(session))

    def tell(self, events: list[Thing]) -> None:
        wanted = [event for event in events if self.chance.random() >= self.forgetful]
        self.sent["forgotten"] += len(events) - len(wanted)
        self.chance.shuffle(wanted)
        for event in wanted:
            for _ in range(self.chance.choice((1, 1, 2, 3))):
                self.sent["callbacks"] += 1
                task = asyncio.create_task(self._send(event, self.chance.uniform(0, 0.5)))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def _send(self, event: Thing, after: float) -> None:
        await asyncio.sleep(after)
        async with self._places:
            headers, body = self.server.signed(event)
            await self.client.definite("POST", "/webhooks/stripe", content=body, headers=headers)

    async def end(self) -> None:
        while self._under_way:
            await asyncio.gather(*self._under_way)
        await self.client.close()


@dataclass(frozen=True)
class Shop:
    """What the clients know about the shop."""

    url: str
    products: tuple[str, ...]
    scarce: tuple[str, ...]
    codes: tuple[str, ...]
    support: str  # a token


class Shopper:
    """A customer who does what customers do, in an order that the seed decides."""

    def __init__(
        self, number: int, account: str, token: str, shop: Shop, stripe: Stripe, book: Book, chance: random.Random
    ) -> None:
        self.account = account
        self.token = token
        self.shop = shop
        self.stripe = stripe
        self.book = book
        self.chance = chance
        self.client = Client(f"shopper{number}", shop.url, book)
        self.paid: list[Thing] = []  # payments that support may refund

    async def shop_until(self, end: asyncio.Event, pause: float) -> None:
        scenes = {
            self.order_and_pay: 8, self.fill_cart_and_check_out: 5, self.deposit: 2, self.refund: 3,
            self.change_order: 2, self.cancel: 2, self.pay_twice: 1, self.look: 4, self.sign_up: 0.4,
            self.buy_what_is_scarce: 1,
        }  # fmt: skip
        while not end.is_set():
            scene = self.chance.choices(list(scenes), list(scenes.values()))[0]
            await scene()
            await asyncio.sleep(pause)

    async def do(self, what: str, path: str, body: Thing | None = None, *, token: str | None = None) -> Any | None:
        return await self.client.do(what, path, body or {}, token=token or self.token)

    def _lines(self) -> list[Thing]:
        found = self.chance.sample(self.shop.products, self.chance.randint(1, PRODUCTS_AT_ONCE))
        return [{"product_id": product, "quantity": self.chance.randint(1, 3)} for product in found]

    # --- scenes -----------------------------------------------------------------------------------

    async def order(self) -> Any | None:
        body: Thing = {"items": self._lines()}
        if self.chance.random() < 0.3:
            body["promo_code"] = self.chance.choice(self.shop.codes)
        made = await self.do("order", "/orders", body)
        if made is None and "promo_code" in body:
            made = await self.do("order", "/orders", {"items": body["items"]})
        return made

    async def order_and_pay(self) -> None:
        if (order := await self.order()) is not None:
            await self.pay(order)

    async def pay(self, order: Thing) -> None:
        provider = self.chance.choices(("mock", "stripe", "wallet"), (4, 5, 2))[0]
        begun = await self.do("payment", f"/orders/{order['id']}/payments", {"provider": provider})
        if begun is not None:
            await self.decide(begun)

    async def decide(self, begun: Thing) -> None:
        """What a person does at the gateway's page."""
        payment, url = begun["payment"], begun["checkout_url"]
        if url is None:
            if payment["status"] == "completed":
                self.paid.append(payment)
            elif payment["provider"] != "wallet":
                self.book.wrong.append(f"a payment without a page: {payment['id']} {payment['status']}")
            return
        pays = self.chance.random() < 0.85
        if payment["provider"] == "stripe":
            server = self.stripe.server
            self.stripe.people(url.rsplit("/", 1)[1], server.pay if pays else server.decline)
        else:
            outcome = {"outcome": "pay" if pays else "decline"}
            clicks = [
                self.client.definite("POST", url, data=outcome) for _ in range(self.chance.choice((1, 1, 2)))
            ]  # impatient
            for answer, _ in await asyncio.gather(*clicks):
                if answer.status_code != 303:
                    self.book.wrong.append(f"the mock's page: {answer.status_code} {answer.text[:100]}")
        if pays:
            self.paid.append(payment)

    async def pay_twice(self) -> None:
        """Two windows, both paid: the second's money goes back."""
        if (order := await self.order()) is None:
            return
        path = f"/orders/{order['id']}/payments"
        begun = [await self.do("payment", path, {"provider": provider}) for provider in ("stripe", "mock")]
        await asyncio.gather(*(self.decide(b) for b in begun if b is not None))

    async def fill_cart_and_check_out(self) -> None:
        wanted: Counter[str] = Counter()
        for line in self._lines() + self._lines()[:1]:
            if await self.do("cart", "/cart/items", line) is not None:
                wanted[line["product_id"]] += line["quantity"]
        order = await self.do("order", "/cart/checkout")
        if order is None:
            return
        found = Counter({item["product_id"]: item["quantity"] for item in order["items"]})
        if found != wanted:
            self.book.wrong.append(f"cart of {self.account}: {dict(wanted)} were put in, {dict(found)} came out")
        if self.chance.random() < 0.7:
            await self.pay(order)

    async def buy_what_is_scarce(self) -> None:
        product = self.chance.choice(self.shop.scarce)
        order = await self.do("order", "/orders", {"items": [{"product_id": product, "quantity": 1}]})
        if order is not None and self.chance.random() < 0.5:
            await self.do("cancel", f"/orders/{order['id']}/cancel")

    async def deposit(self) -> None:
        provider = self.chance.choice(("mock", "stripe"))
        body = {"amount": self.chance.randint(1000, 9000), "currency": "USD", "provider": provider}
        if (begun := await self.do("deposit", "/wallet/deposits", body)) is not None:
            await self.decide(begun)
            self.paid = [p for p in self.paid if p["id"] != begun["payment"]["id"]]  # is spent, and not refunded

    async def refund(self) -> None:
        if not self.paid:
            return
        payment = self.paid.pop(self.chance.randrange(len(self.paid)))
        seen = await self.client.read(f"/payments/{payment['id']}", token=self.token)
        if seen is None or seen["status"] != "completed":
            if seen is None:
                self.book.wrong.append(f"payment {payment['id']} is not there")
            return
        amount = self.chance.randint(1, max(1, seen["amount"] // 2))
        body = {"amount": amount, "reason": f"load {self.client.name} {self.client.count + 1}"}
        await self.do("refund", f"/payments/{payment['id']}/refunds", body, token=self.shop.support)

    async def change_order(self) -> None:
        if (order := await self.order()) is None:
            return
        line = {"product_id": order["items"][0]["product_id"], "quantity": self.chance.randint(4, 6)}
        answer, _ = await self.client.definite(
            "PATCH", f"/orders/{order['id']}", token=self.token, json={"items": [line]}
        )
        if not answer.is_success:
            self.book.refusals[f"change: {answer.status_code} {_code(answer)}"] += 1
            return
        seen = await self.client.read(f"/orders/{order['id']}", token=self.token)
        if seen is None or seen["total"] != answer.json()["total"]:
            self.book.wrong.append(f"order {order['id']}: {answer.text[:200]} was told, {seen} is there")

    async def cancel(self) -> None:
        if (order := await self.order()) is not None:
            await self.do("cancel", f"/orders/{order['id']}/cancel")

    async def look(self) -> None:
        await self.client.read("/products?limit=5")
        mine = await self.client.read("/orders?limit=5", token=self.token)
        if mine is None:
            self.book.wrong.append(f"{self.account} has no list of orders")
        await self.client.read("/wallet", token=self.token)

    async def sign_up(self) -> None:
        email = f"{self.client.name}.{self.client.count}@load.example"
        if await self.client.do("account", "/accounts", {"email": email, "password": PASSWORD}) is None:
            self.book.wrong.append(f"{email} could not sign up")
            return
        answer, _ = await self.client.definite("POST", "/sessions", json={"email": email, "password": PASSWORD})
        if answer.status_code != 201:
            self.book.wrong.append(f"{email} signed up and cannot log in: {answer.status_code} {_code(answer)}")
