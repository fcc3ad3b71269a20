"""Merchants who are suspended, or no longer merchants, sell nothing and are paid nothing (case S5)."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from tests.concurrency.conftest import Crowd, Job
from tests.concurrency.conftest import crowd as crowd
from tests.payments.conftest import Shop
from tests.payments.conftest import customer as customer
from tests.payments.conftest import shop as shop
from tests.payments.test_earnings import Seller, available_order, confirm, person, seller
from tests.postgres.test_cache import Running, eventually, settled
from tests.postgres.test_cache import app as app
from tests.postgres.test_cache import http as http
from tests.support.connections import refused

STOPS: list[dict[str, str]] = [{"status": "suspended"}, {"role": "customer"}, {"role": "support"}]
BACK = {"status": "active", "role": "merchant"}


async def change(shop: Shop, merchant: Seller, role: str | None = None, status: str | None = None) -> None:
    if role:  # `call` has an argument of this name; the trigger sees every way to change a role
        await shop.admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1", uuid.UUID(merchant.id), role)
    if status:
        admin, _ = await person(shop, "admin")
        await shop.call("web_admin", "change_account", token=admin, account_id=merchant.id, status=status)


async def listed(shop: Shop, merchant: Seller, **filters: Any) -> list[str]:
    page = await shop.call("web_anonymous", "list_products", merchant=merchant.id, limit=100, **filters)
    return [product["id"] for product in page["data"]]


async def bundle(merchant: Seller, *products: str) -> str:
    items = [{"product_id": product, "quantity": 1} for product in products]
    made = await merchant.does(
        "create_bundle", name="Set", description="", sku=uuid.uuid4().hex[:12], price=700, currency="USD", items=items
    )
    return str(made["id"])


@pytest.fixture(params=STOPS, ids=lambda to: "-".join(*to.items()))
async def stop(request: Any) -> dict[str, str]:
    to: dict[str, str] = request.param
    return to


async def test_nothing_is_sold_until_they_are_back(shop: Shop, customer: str, stop: dict[str, str]) -> None:
    merchant = await seller(shop)
    lamp, other = await merchant.product(), await merchant.product()
    both = await bundle(merchant, lamp, other)
    in_cart = {"token": await shop.account()}
    cart = await shop.call("web_customer", "add_cart_item", product_id=lamp, quantity=1, **in_cart)
    waiting, paying = [await shop.order(customer, lamp) for _ in range(2)]
    payment = await shop.begin(customer, paying)
    await change(shop, merchant, **stop)

    for sort in ("newest", "name", "price", "-price"):
        assert await listed(shop, merchant, sort=sort) == []
        assert await listed(shop, merchant, sort=sort, min_price=1, in_stock=True) == []
    assert (await shop.call("web_anonymous", "get_product_facets", merchant=merchant.id))["total"] == 0
    bundles = await shop.call("web_anonymous", "list_bundles", limit=100)
    assert both not in [b["id"] for b in bundles["data"]]
    assert (await shop.call("web_anonymous", "get_product", product_id=lamp))["available"] == 0
    seen = await shop.call("web_anonymous", "get_bundle", bundle_id=both)
    assert (seen["available"], {i["available"] for i in seen["items"]}) == (0, {0})

    for line in ({"product_id": lamp, "quantity": 1}, {"bundle_id": both, "quantity": 1}):
        with refused("product_not_for_sale", "SH409"):
            await shop.call("web_customer", "create_order", token=customer, items=[line])
        with refused("product_not_for_sale", "SH409"):
            await shop.call("web_customer", "add_cart_item", token=customer, **line)
    seen = await shop.call("web_customer", "get_cart", **in_cart)
    assert [i["available"] for i in seen["items"]] == [0]
    with refused("product_not_for_sale", "SH409") as refusal:
        await shop.call("web_customer", "checkout_cart", **in_cart)
    assert refusal.detail == {"product_id": lamp}
    with refused("product_not_for_sale"):
        await shop.call("web_customer", "update_cart_item", item_id=cart["items"][0]["id"], quantity=2, **in_cart)
    # A pending order can shrink and be cancelled, and neither grows nor is paid; what is being paid is paid.
    for provider in ("mock", "bank_transfer", "wallet"):
        with refused("product_not_for_sale"):
            await shop.call("web_customer", "begin_payment", token=customer, order_id=waiting["id"], provider=provider)
    for product in (lamp, other):
        with refused("product_not_for_sale"):
            items = [{"product_id": product, "quantity": 3}]
            await shop.call("web_customer", "modify_order", token=customer, order_id=waiting["id"], items=items)
    items = [{"product_id": lamp, "quantity": 1}]
    fewer = await shop.call("web_customer", "modify_order", token=customer, order_id=waiting["id"], items=items)
    assert fewer["items"][0]["quantity"] == 1
    assert await shop.event(payment, "completed") == "applied"

    await change(shop, merchant, **BACK)
    assert set(await listed(shop, merchant)) == {lamp, other}
    assert (await shop.call("web_customer", "checkout_cart", **in_cart))["status"] == "pending"
    await shop.begin(customer, waiting)
    await shop.assert_books_balance()


async def test_a_bundle_of_another_merchant_with_their_product(shop: Shop, customer: str) -> None:
    merchant, other = await seller(shop), await seller(shop)
    lamp, cup = await merchant.product(), await other.product()
    both = await bundle(other, cup, await other.product())
    await shop.admin.execute(
        "UPDATE catalog.bundle_items SET product_id = $1 WHERE bundle_id = $2 AND product_id = $3",
        uuid.UUID(lamp), uuid.UUID(both), uuid.UUID(cup),
    )  # fmt: skip
    await change(shop, merchant, status="suspended")
    with refused("product_not_for_sale", "SH409"):
        await shop.call("web_customer", "create_order", token=customer, items=[{"bundle_id": both, "quantity": 1}])
    assert (await shop.call("web_anonymous", "get_bundle", bundle_id=both))["available"] == 0
    assert await shop.order(customer, cup)


async def test_who_closes_their_account_sells_nothing(shop: Shop, customer: str) -> None:
    merchant = await seller(shop)
    lamp = await merchant.product()
    await merchant.does("close_account")
    assert await listed(shop, merchant) == []
    with refused("product_not_found", "SH404"):
        await shop.order(customer, lamp)
    undeleted = "UPDATE catalog.products SET deleted_at = NULL WHERE id = $1"
    await shop.admin.execute(undeleted, uuid.UUID(lamp))
    with refused("product_not_for_sale", "SH409"):
        await shop.order(customer, lamp)


async def test_who_never_sold_leaves_no_trace(shop: Shop) -> None:
    token, account_id = await person(shop, "customer")
    await change(shop, Seller(shop, token, account_id), status="suspended")
    found = "SELECT count(*) FROM catalog.stopped_merchants WHERE account_id = $1"
    assert await shop.admin.fetchval(found, uuid.UUID(account_id)) == 0


async def test_pending_payouts_stop(shop: Shop, customer: str, stop: dict[str, str]) -> None:
    merchant = await seller(shop)
    await available_order(shop, customer, merchant)
    payout = await merchant.request(400)
    await change(shop, merchant, **stop)
    with refused("payout_suspended", "SH409"):
        await confirm(shop, payout)
    admin, _ = await person(shop, "admin")

    async def exported() -> bool:
        file = await shop.call("web_admin", "export_payouts", token=admin)
        return payout["id"] in [transfer["payout_id"] for transfer in file["transfers"]]

    assert not await exported()
    await change(shop, merchant, **BACK)
    assert await exported()
    assert (await confirm(shop, payout))["status"] == "completed"
    await shop.assert_books_balance()


async def test_a_stopped_payout_can_be_given_back(shop: Shop, customer: str, stop: dict[str, str]) -> None:
    merchant = await seller(shop)
    await available_order(shop, customer, merchant)
    payout = await merchant.request(400)
    await change(shop, merchant, **stop)
    given = {"payout_id": payout["id"], "failure_code": "merchant_suspended"}
    assert (await shop.call("web_support", "reject_payout", token=shop.support, **given))["status"] == "failed"
    held = await shop.admin.fetchval(
        "SELECT held FROM ledger.read_balances($1, 'earnings') WHERE currency = 'USD'", uuid.UUID(merchant.id)
    )
    assert held == 0
    await shop.assert_books_balance()


async def waits(shop: Shop) -> None:
    """Somebody waits for the merchant's lock."""
    await shop.until(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    )


async def test_an_order_that_is_placed_while_they_are_suspended(shop: Shop, crowd: Crowd) -> None:
    """One after the other: the suspension waits for an order under way; an order waits for it, and is refused."""
    merchant = await seller(shop)
    lamp, admin = await merchant.product(), (await person(shop, "admin"))[0]
    suspend = Job("web_admin", admin, "change_account", {"account_id": merchant.id, "status": "suspended"})
    items = {"items": [{"product_id": lamp, "quantity": 1}]}
    order = [Job("web_customer", await shop.account(), "create_order", items) for _ in range(2)]
    first, second, suspension = await crowd.open(*order, suspend)

    going = first.connection.transaction()
    await going.start()
    await first.statement.fetchval(*first.arguments)
    stopping = asyncio.create_task(suspension.statement.fetchval(*suspension.arguments))
    await waits(shop)
    assert not stopping.done()
    await going.commit()
    assert '"suspended"' in await stopping
    assert await shop.admin.fetchval(
        "SELECT count(*) FROM sales.order_items WHERE product_id = $1", uuid.UUID(lamp)
    ) == 1  # fmt: skip
    await change(shop, merchant, status="active")

    going = suspension.connection.transaction()
    await going.start()
    await suspension.statement.fetchval(*suspension.arguments)
    ordering = asyncio.create_task(second.statement.fetchval(*second.arguments))
    await waits(shop)
    assert not ordering.done()
    await going.commit()
    with refused("product_not_for_sale", "SH409"):
        await ordering
    await shop.assert_books_balance()


async def test_pages_that_are_kept_are_forgotten(shop: Shop, app: Running, http: httpx.AsyncClient) -> None:
    merchant = await seller(shop)
    lamp = await merchant.product()
    await settled(app, shop.admin)

    async def seen() -> tuple[object, int]:
        page = (await http.get("/products", params={"merchant": merchant.id})).json()
        return (await http.get(f"/products/{lamp}")).json()["available"], len(page["data"])

    assert await seen() == (1000, 1)
    await change(shop, merchant, status="suspended")
    await eventually(seen, (0, 0))
    await change(shop, merchant, status="active")
    await eventually(seen, (1000, 1))
