"""Customers, who do what customers do in an order that the seed decides: they order, pay, change their minds."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.gateways.stripe_server import Thing

from .clients import Book, Client, code_of
from .gateway import Stripe

PASSWORD = "Correct-Horse-9"
PRODUCTS_AT_ONCE = 3


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
        self.at_stripe: list[str] = []  # sessions of payments, which a bank or somebody at the dashboard may change

    async def shop_until(self, end: asyncio.Event, pause: float) -> None:
        scenes = {
            self.order_and_pay: 8, self.fill_cart_and_check_out: 5, self.deposit: 2, self.refund: 3,
            self.change_order: 2, self.cancel: 2, self.pay_twice: 1, self.look: 4, self.sign_up: 0.4,
            self.buy_what_is_scarce: 1, self.dispute: 1.5, self.see_a_refund_by_hand: 3,
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
            self.decide_at_stripe(url.rsplit("/", 1)[1], pays=pays)
            if pays and payment.get("order_id") is not None:
                self.at_stripe.append(url.rsplit("/", 1)[1])
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

    def decide_at_stripe(self, session: str, *, pays: bool) -> None:
        server = self.stripe.server
        if not pays:
            self.stripe.people(session, server.decline)
        elif self.chance.random() < 0.3:
            self.stripe.pay_by_bank(session)
        else:
            self.stripe.people(session, server.pay)

    async def dispute(self) -> None:
        """At the own bank, once for a payment."""
        if self.at_stripe:
            self.stripe.dispute(self.at_stripe.pop(self.chance.randrange(len(self.at_stripe))))

    async def see_a_refund_by_hand(self) -> None:
        """Somebody of the shop refunds a part past it."""
        if self.at_stripe:
            self.stripe.refund_by_hand(self.chance.choice(self.at_stripe))

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
            self.book.refusals[f"change: {answer.status_code} {code_of(answer)}"] += 1
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
            self.book.wrong.append(f"{email} signed up and cannot log in: {answer.status_code} {code_of(answer)}")
