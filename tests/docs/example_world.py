"""A shop that has what the examples of the documentation name: whose ids take the place of the invented ones."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyotp

from api.docs.bodies import BODIES, IDS
from api.http.authentication import read_token
from tests.identity.accounts.test_mail_tokens import JOB
from tests.payments.conftest import Shop
from tests.security.belongings import Owner, endow, make_shops_own, make_sold
from tests.support.payouts import payable
from tests.support.web import Client

Document = dict[str, Any]
FUNDS = """
    SELECT ledger.post_transfer(ledger.open_account('clearing', 'USD', 'mock'),
                                ledger.open_account($2, 'USD', owner_id => $1), 100000, 'deposit')
"""


@dataclass
class World:
    """Who sends the examples, and what they find. The owner, a customer, has one object of every kind; what is `sold`
    belongs to the shop's merchant.

    Alice signs up with the first example.
    """

    shop: Shop
    client: Client
    boss: str
    owner: Owner
    sold: dict[str, str]
    things: dict[str, str]
    alice: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def others(self) -> dict[str, Callable[[], Awaitable[str]]]:
        """Whose token an operation is sent with, if it is not that of its audience."""

        async def boss() -> str:
            return self.boss

        async def verified() -> str:
            token = await self.shop.account()
            account = uuid.UUID(read_token(token, cookie=False).account)
            await self.shop.admin.execute("UPDATE identity.accounts SET email_verified = true WHERE id = $1", account)
            return token

        return {"close_account": self.shop.account, "claim_orders": verified, "decide_credit_change": boss}

    def token(self, audience: str) -> str | None:
        tokens = {
            "anonymous": None,
            "guest": self.owner.token,
            "customer": self.owner.token,
            "merchant": self.shop.merchant,
        }
        return {**tokens, "support": self.shop.support, "admin": self.boss}[audience]

    async def send(
        self, method: str, path: str, operation: Document, *, token: str | None, given: dict[str, str]
    ) -> httpx.Response:
        """The example of an operation, with what is `given` in the place of what it says."""
        things = self.things | self.owner.things | {kind: self.sold[kind] for kind in ("product", "bundle")}
        if operation["x-audience"] == "merchant":
            things |= self.sold
        real = {IDS[kind]: thing for kind, thing in things.items() if kind in IDS} | given

        def put(text: str) -> str:
            for invented, found in real.items():
                text = text.replace(invented, found)
            return text

        query = {}
        for parameter in operation.get("parameters", ()):
            if parameter.get("explode"):
                query |= parameter["example"]
            elif "example" in parameter:
                value = put(str(parameter["example"]))
                path = path.replace(f"{{{parameter['name']}}}", value)
                if parameter["in"] == "query":
                    query[parameter["name"]] = value
        keywords: dict[str, Any] = {}
        for kind, body in operation.get("requestBody", {}).get("content", {}).items():
            example = body["example"]
            keywords = {
                "content": put(example if isinstance(example, str) else json.dumps(example)),
                "headers": {"Content-Type": kind},
            }
        return await self.client.request(method.upper(), path, token=token, params=query, **keywords)

    async def mailed(self, template: str) -> str:
        """The token of the last mail of this kind to Alice."""
        job = await self.shop.admin.fetchval(JOB, template, self.alice["account"]["id"])
        token: str = (await self.shop.call("web_worker", "prepare_mail", mail_id=job))["data"]["token"]
        return token


async def make_world(shop: Shop, client: Client) -> World:
    things = await make_shops_own(shop)
    owner = await endow(shop, "customer")
    account = uuid.UUID(owner.things["account"])
    await shop.admin.execute("DELETE FROM identity.account_exports WHERE account_id = $1", account)
    await shop.admin.execute(FUNDS, account, "wallet")
    seller = (await shop.call("web_merchant", "get_account", token=shop.merchant))["id"]
    await shop.admin.execute(FUNDS, uuid.UUID(seller), "earnings")
    await payable(shop.admin, seller)
    sold = await make_sold(shop, shop.merchant, uuid.UUID(seller))
    return World(shop, client, await shop.account("admin"), owner, sold, things)


# What an operation needs that the world does not have yet: other ids, or what a mail or an answer before it told Alice.
Prepare = Callable[[World], Awaitable[dict[str, str]]]


async def _paid_order(world: World) -> dict[str, str]:
    order, payment = await world.shop.paid(world.owner.token, world.sold["product"])
    return {
        IDS["order"]: order["id"],
        IDS["order_item"]: order["items"][0]["id"],
        IDS["payment"]: payment["id"],
    }


async def _pending_order(world: World) -> dict[str, str]:
    order = await world.shop.order(world.owner.token, world.sold["product"])
    return {IDS["order"]: order["id"], IDS["order_item"]: order["items"][0]["id"]}


async def _open_payment(world: World) -> dict[str, str]:
    order = await world.shop.order(world.owner.token, world.sold["product"])
    return {IDS["payment"]: (await world.shop.begin(world.owner.token, order))["id"]}


async def _authorized_payment(world: World) -> dict[str, str]:
    admin = world.shop.admin
    await admin.execute("UPDATE payments.providers SET capture_method = 'manual' WHERE name = 'mock'")
    order = await world.shop.order(world.owner.token, world.sold["product"], 5)  # 2500, as in the example
    payment = await world.shop.begin(world.owner.token, order)
    assert await world.shop.event(payment, "authorized") == "applied"
    await admin.execute("UPDATE payments.providers SET capture_method = 'automatic' WHERE name = 'mock'")
    return {IDS["payment"]: payment["id"]}


async def _transfer(world: World) -> dict[str, str]:
    order = await world.shop.order(world.owner.token, world.sold["product"])
    begun = await world.shop.call(
        "web_customer", "begin_payment", token=world.owner.token, order_id=order["id"], provider="bank_transfer"
    )
    return {IDS["payment"]: begun["payment"]["id"]}


async def _held_order(world: World) -> dict[str, str]:
    given = await _paid_order(world)
    await world.shop.call(
        "web_support", "hold_order", token=world.shop.support, order_id=given[IDS["order"]], reason="x"
    )  # fmt: skip
    return given


async def _shipped_order(world: World) -> dict[str, str]:
    given = await _paid_order(world)
    await world.shop.call("web_support", "ship_order", token=world.shop.support, order_id=given[IDS["order"]])
    return given


async def _delivered_order(world: World) -> dict[str, str]:
    given = await _shipped_order(world)
    await world.shop.call("web_support", "deliver_order", token=world.shop.support, order_id=given[IDS["order"]])
    return given


async def _return(world: World) -> dict[str, str]:
    given = await _delivered_order(world)
    items = [{"order_item_id": given[IDS["order_item"]], "quantity": 1}]
    made = await world.shop.call(
        "web_customer", "create_return", token=world.owner.token, order_id=given[IDS["order"]], items=items,
        reason="x",
    )  # fmt: skip
    return given | {IDS["return"]: made["id"]}


async def _approved_return(world: World) -> dict[str, str]:
    given = await _return(world)
    await world.shop.call(
        "web_support", "approve_return", token=world.shop.support, return_id=given[IDS["return"]]
    )  # fmt: skip
    return given


async def _refund(world: World) -> dict[str, str]:
    given = await _paid_order(world)
    refund = await world.shop.call(
        "web_support", "create_refund", token=world.shop.support, payment_id=given[IDS["payment"]], amount=100,
        reason="x",
    )  # fmt: skip
    return given | {IDS["refund"]: refund["id"]}


async def _failed_refund(world: World) -> dict[str, str]:
    given = await _refund(world)
    await world.shop.call(
        "web_worker", "fail_refund", refund_id=given[IDS["refund"]], failure_code="expired_or_canceled_card"
    )
    return given


async def _manual_refund(world: World) -> dict[str, str]:
    """Of a bank transfer: staff send it back by hand."""
    given = await _transfer(world)
    payment = given[IDS["payment"]]
    await world.shop.call("web_support", "confirm_payment", token=world.shop.support, payment_id=payment)
    refund = await world.shop.call(
        "web_support", "create_refund", token=world.shop.support, payment_id=payment, amount=100, reason="x"
    )
    return given | {IDS["refund"]: refund["id"]}


async def _payout(world: World) -> dict[str, str]:
    made = await world.shop.call(
        "web_customer", "request_withdrawal", token=world.owner.token, amount=1000, currency="USD"
    )
    return {IDS["payout"]: made["id"]}


async def _change(world: World) -> dict[str, str]:
    made = await world.shop.call(
        "web_support", "grant_credit", token=world.shop.support, account_id=world.owner.things["account"],
        amount=60_000, currency="USD", reason="x",
    )  # fmt: skip
    return {IDS["change"]: made["id"]}


async def _gift_card(world: World) -> dict[str, str]:
    return {BODIES["redeem_gift_card"]["code"]: world.answers["issue_gift_card"]["code"]}


async def _planned_price(world: World) -> dict[str, str]:
    return {IDS["product"]: await _plan(world, "set_price", product_id=await world.shop.product(5000))}


async def _planned_bundle_price(world: World) -> dict[str, str]:
    made = await world.shop.call(
        "web_merchant", "create_bundle", token=world.shop.merchant, **BODIES["create_bundle"] | {
            "sku": "LAMP-PLAN", "items": [{"product_id": await world.shop.product(5000), "quantity": 1}],
        },
    )  # fmt: skip
    return {IDS["bundle"]: await _plan(world, "set_bundle_price", bundle_id=made["id"])}


async def _plan(world: World, function: str, **thing: str) -> str:
    """Plans the second price of a product or bundle; its id."""
    given = {"price": 4300, "currency": "USD", "valid_from": datetime.now(UTC) + timedelta(days=1), **thing}
    made = await world.shop.call("web_merchant", function, token=world.shop.merchant, **given)
    assert made["version"] == 2
    return next(iter(thing.values()))


async def _promotion(world: World) -> dict[str, str]:
    return {IDS["promotion"]: world.answers["create_promotion"]["id"]}


async def _category(world: World) -> dict[str, str]:
    return {IDS["category"]: world.answers["create_category"]["id"]}


async def _cart(world: World) -> dict[str, str]:
    return {IDS["cart_item"]: world.answers["add_cart_item"]["items"][-1]["id"]}


async def _no_wish(world: World) -> dict[str, str]:
    return {IDS["product"]: await world.shop.product()}


async def _mail_verification(world: World) -> dict[str, str]:
    return {BODIES["confirm_email_verification"]["token"]: await world.mailed("email_verification")}


async def _mail_reset(world: World) -> dict[str, str]:
    return {BODIES["confirm_password_reset"]["token"]: await world.mailed("password_reset")}


async def _refresh(world: World) -> dict[str, str]:
    return {BODIES["refresh_session"]["refresh_token"]: world.alice["refresh_token"]}


async def _code(world: World) -> dict[str, str]:
    secret = world.answers["begin_second_factor"]["secret"]
    return {BODIES["confirm_second_factor"]["code"]: pyotp.TOTP(secret).now()}


async def _shipment(world: World) -> dict[str, str]:
    return {IDS["shipment"]: world.answers["create_shipment"]["id"]}


async def _wish(world: World) -> dict[str, str]:
    return {IDS["product"]: world.owner.things["wished"]}


async def _second_factor(world: World) -> dict[str, str]:
    token = await world.shop.account()
    begun = await world.shop.call("web_customer", "begin_second_factor", token=token)
    code = pyotp.TOTP(begun["secret"]).now()
    await world.shop.call("web_customer", "confirm_second_factor", token=token, code=code)
    return {IDS["account"]: (await world.shop.call("web_customer", "get_account", token=token))["id"]}


async def _stranger(world: World) -> dict[str, str]:
    made = await endow_account(world, "customer")
    return {IDS["account"]: made}


async def _seller(world: World) -> dict[str, str]:
    return {IDS["account"]: await endow_account(world, "merchant")}


async def endow_account(world: World, role: str) -> str:
    token = await world.shop.account(role)
    return str((await world.shop.call(f"web_{role}", "get_account", token=token))["id"])


async def _parent(world: World) -> dict[str, str]:
    options = [{"name": "Size", "values": ["S", "M"]}, {"name": "Colour", "values": ["red", "blue"]}]
    made = await world.shop.call(
        "web_merchant", "create_product", token=world.token("merchant"), name="T-shirt", description="",
        sku=uuid.uuid4().hex, options=options,
    )  # fmt: skip
    return {IDS["product"]: made["id"]}


PREPARE: dict[str, Prepare] = {
    "refresh_session": _refresh,
    "confirm_second_factor": _code,
    "confirm_email_verification": _mail_verification,
    "confirm_password_reset": _mail_reset,
    "change_account": _stranger,
    "reset_second_factor": _second_factor,
    "approve_merchant": _seller,
    "update_category": _category,
    "delete_category": _category,
    "delete_price": _planned_price,
    "delete_bundle_price": _planned_bundle_price,
    "add_wishlist_item": _no_wish,
    "update_cart_item": _cart,
    "checkout_cart": _cart,
    "create_variant": _parent,
    "create_order": _no_wish,
    "modify_order": _pending_order,
    "set_shipping_address": _pending_order,
    "delete_product_in_order": _pending_order,
    "cancel_order": _pending_order,
    "cancel_any_order": _pending_order,
    "begin_payment": _pending_order,
    "ship_order": _paid_order,
    "update_any_order": _pending_order,
    "hold_order": _paid_order,
    "deliver_order": _shipped_order,
    "release_order": _held_order,
    "create_refund": _paid_order,
    "create_shipment": _paid_order,
    "create_return": _delivered_order,
    "approve_return": _return,
    "reject_return": _return,
    "receive_return": _approved_return,
    "cancel_payment": _open_payment,
    "capture_payment": _authorized_payment,
    "void_payment": _authorized_payment,
    "confirm_payment": _transfer,
    "retry_refund": _failed_refund,
    "settle_refund": _failed_refund,
    "confirm_refund": _manual_refund,
    "confirm_payout": _payout,
    "reject_payout": _payout,
    "decide_credit_change": _change,
    "update_shipment": _shipment,
    "delete_wishlist_item": _wish,
    "redeem_gift_card": _gift_card,
    "validate_promotion": _promotion,
    "update_promotion": _promotion,
    "disable_promotion": _promotion,
}
