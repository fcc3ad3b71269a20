"""Categories, products, search, pages, temporal prices and stock, as the real roles."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.support.connections import refused


class Shop:
    def __init__(self, call: Any, admin: asyncpg.Connection[Any]) -> None:
        self.call, self.admin = call, admin

    async def account(self, role: str) -> str:
        email = f"{uuid4().hex}@example.com"
        account = await self.call("web_anonymous", "create_account", email=email, password="x" * 60)
        await self.admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1::uuid", account["id"], role)
        token: str = await self.admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
        return token

    async def product(self, token: str, **fields: Any) -> dict[str, Any]:
        given = {"name": "Lamp", "description": "", "sku": uuid4().hex, "price": 500, "currency": "USD", "stock": 5}
        made: dict[str, Any] = await self.call("web_merchant", "create_product", token=token, **{**given, **fields})
        return made

    async def category(self, **fields: Any) -> dict[str, Any]:
        admin = await self.account("admin")
        made: dict[str, Any] = await self.call("web_admin", "create_category", token=admin, **fields)
        return made

    async def pages(self, **filters: Any) -> list[list[dict[str, Any]]]:
        """All pages of the product list, by their cursors."""
        pages, cursor = [], None
        while True:
            page = await self.call(
                "web_anonymous", "list_products", **filters, **({"cursor": cursor} if cursor else {})
            )
            pages.append(page["data"])
            if not (cursor := page["next_cursor"]):
                return pages


# --- pages and search ---


@pytest.mark.parametrize("sort", ["newest", "name", "price", "-price"])
async def test_pages_show_each_product_once_with_ties_and_with_inserts_between(shop: Shop, sort: str) -> None:
    token = await shop.account("merchant")
    merchant = (await shop.call("web_merchant", "get_account", token=token))["id"]
    made = [await shop.product(token, name=f"Thing {n % 3}", price=100 + n % 4) for n in range(23)]
    filters = {"merchant": merchant, "sort": sort, "limit": 5}

    pages = await shop.pages(**filters)
    seen = [product for page in pages for product in page]
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    assert sorted(p["id"] for p in seen) == sorted(p["id"] for p in made)
    key = {"newest": "created_at", "name": "name", "price": "price", "-price": "price"}[sort]
    values = [p[key] for p in seen]
    assert values == sorted(values, reverse=sort in ("newest", "-price"))

    first = await shop.call("web_anonymous", "list_products", **filters)
    await shop.product(token, name="Another", price=1)
    second = await shop.call("web_anonymous", "list_products", **filters, cursor=first["next_cursor"])
    assert not {p["id"] for p in first["data"]} & {p["id"] for p in second["data"]}


async def test_a_cursor_belongs_to_its_list(shop: Shop, seller: str) -> None:
    for _ in range(3):
        await shop.product(seller)
    page = await shop.call("web_anonymous", "list_products", sort="name", limit=1)
    for cursor, sort in ((page["next_cursor"], "price"), ("nonsense", "name"), ("bnVsbA", "name"), ("e30", "name")):
        with refused("cursor_invalid", "SH422"):
            await shop.call("web_anonymous", "list_products", sort=sort, cursor=cursor)


async def test_search_finds_words_inflections_skus_and_typing_errors(shop: Shop, seller: str) -> None:
    kettle = await shop.product(
        seller, name="Gooseneck kettle", description="Pours where you are looking", sku=f"KET-{uuid4().hex[:6]}"
    )
    for query in ("kettle", "Kettles", "looks", kettle["sku"], "gooseneck", "goosneck", "ketle gooseneck"):
        found = await shop.call("web_anonymous", "list_products", q=query)
        assert kettle["id"] in [p["id"] for p in found["data"]], query
    assert (await shop.call("web_anonymous", "list_products", q="submarine"))["data"] == []


async def test_filters(shop: Shop, seller: str) -> None:
    root = await shop.category(name=f"Root {uuid4().hex}")
    leaf = await shop.category(name=f"Leaf {uuid4().hex}", parent_id=root["id"])
    cheap = await shop.product(seller, category_id=leaf["id"], price=100)
    dear = await shop.product(seller, category_id=root["id"], price=900, stock=0)
    euro = await shop.product(seller, category_id=root["id"], price=300, currency="EUR")

    async def found(**filters: Any) -> set[str]:
        return {p["id"] for page in await shop.pages(category=root["id"], **filters) for p in page}

    assert await found() == {cheap["id"], dear["id"]}, "a subcategory counts, another currency does not"
    assert await found(currency="EUR") == {euro["id"]}
    assert await found(in_stock=True) == {cheap["id"]}
    for sort in ("newest", "price"):
        assert await found(min_price=101, sort=sort) == {dear["id"]}
        assert await found(max_price=100, sort=sort) == {cheap["id"]}


# --- products ---


async def test_only_the_owner_changes_a_product(shop: Shop, seller: str) -> None:
    product, other = await shop.product(seller), await shop.account("merchant")
    arguments: dict[str, dict[str, Any]] = {
        "update_product": {"name": "Mine now"},
        "delete_product": {},
        "set_price": {"price": 1, "currency": "USD"},
        "adjust_stock": {"delta": 1, "reason": "theft"},
        "list_stock_movements": {},
    }
    for function, given in arguments.items():
        with refused("product_not_found", "SH404"):
            await shop.call("web_merchant", function, token=other, product_id=product["id"], **given)
    seen = await shop.call("web_anonymous", "get_product", product_id=product["id"])
    assert seen == {**product, "version": 1}


async def test_a_stale_version_changes_nothing(shop: Shop, seller: str) -> None:
    product = await shop.product(seller)
    change = {"product_id": product["id"], "if_match": 1, "name": "Better lamp"}
    changed = await shop.call("web_merchant", "update_product", token=seller, **change)
    assert (changed["name"], changed["version"], changed["price"]) == ("Better lamp", 2, 500)
    for function, given in (
        ("update_product", change),
        ("delete_product", {"product_id": product["id"], "if_match": 1}),
    ):
        with refused("version_stale", "SH412"):
            await shop.call("web_merchant", function, token=seller, **given)


async def test_null_clears_a_category_and_absence_keeps_it(shop: Shop, seller: str) -> None:
    category = await shop.category(name=f"Shelf {uuid4().hex}")
    product = await shop.product(seller, category_id=category["id"])
    change = {"token": seller, "product_id": product["id"]}
    kept = await shop.call("web_merchant", "update_product", **change, name="Kept", given=["name"])
    assert kept["category_id"] == category["id"]
    cleared = await shop.call("web_merchant", "update_product", **change, category_id=None, given=["category_id"])
    assert cleared["category_id"] is None


async def test_a_deleted_product_is_gone_and_its_sku_is_free(shop: Shop, seller: str) -> None:
    product = await shop.product(seller)
    with refused("sku_taken", "23505"):
        await shop.product(seller, sku=product["sku"])
    await shop.call("web_merchant", "delete_product", token=seller, product_id=product["id"])
    with refused("product_not_found", "SH404"):
        await shop.call("web_anonymous", "get_product", product_id=product["id"])
    buyer = await shop.account("customer")
    with refused("product_not_found", "SH404"):
        line = {"product_id": product["id"], "quantity": 1}
        await shop.call("web_customer", "create_order", token=buyer, items=[line])
    assert (await shop.product(seller, sku=product["sku"]))["id"] != product["id"]


async def test_a_category_in_use_stays_and_no_circle_is_made(shop: Shop, seller: str) -> None:
    admin = await shop.account("admin")
    top = await shop.category(name=f"Top {uuid4().hex}")
    below = await shop.category(name=f"Below {uuid4().hex}", parent_id=top["id"])
    product = await shop.product(seller, category_id=below["id"])
    with refused("category_not_empty", "23001"):
        await shop.call("web_admin", "delete_category", token=admin, category_id=top["id"])
    with refused("category_in_use", "23001"):
        await shop.call("web_admin", "delete_category", token=admin, category_id=below["id"])
    for parent in (top["id"], below["id"]):
        with refused("category_below_itself", "SH409"):
            await shop.call("web_admin", "update_category", token=admin, category_id=top["id"], parent_id=parent)
    await shop.call("web_merchant", "update_product", token=seller, product_id=product["id"], given=["category_id"])
    await shop.call("web_admin", "delete_category", token=admin, category_id=below["id"])


# --- prices ---


async def test_what_did_it_cost_then(shop: Shop, seller: str) -> None:
    product = await shop.product(seller, price=100)
    moments = []
    for price in (200, 300):
        moments.append(datetime.now(UTC))
        await shop.call(
            "web_merchant", "set_price", token=seller, product_id=product["id"], price=price, currency="USD"
        )
    for moment, price in ((moments[0], 100), (moments[1], 200), (datetime.now(UTC), 300)):
        then = await shop.call("web_anonymous", "list_prices", product_id=product["id"], as_of=moment)
        assert [p["price"] for p in then["data"]] == [price]
    history = await shop.call("web_anonymous", "list_prices", product_id=product["id"])
    assert [(p["price"], p["version"]) for p in history["data"]] == [(300, 3), (200, 2), (100, 1)]
    assert history["data"][0]["valid_until"] is None
    for newer, older in pairwise(history["data"]):
        assert older["valid_until"] == newer["valid_from"]


async def test_a_scheduled_price_comes_into_force_without_a_write(shop: Shop, seller: str) -> None:
    product = await shop.product(seller, price=100)
    soon = datetime.now(UTC) + timedelta(days=30)
    scheduled = {"product_id": product["id"], "price": 150, "currency": "USD", "valid_from": soon}
    await shop.call("web_merchant", "set_price", token=seller, **scheduled)
    assert (await shop.call("web_anonymous", "get_product", product_id=product["id"]))["price"] == 100
    asked = {"product_id": product["id"], "as_of": soon + timedelta(seconds=1)}
    later = await shop.call("web_merchant", "list_prices", token=seller, **asked)
    assert [p["price"] for p in later["data"]] == [150]
    merchant = product["merchant_id"]
    listed = await shop.pages(merchant=merchant, sort="price", limit=100)
    assert [p["price"] for page in listed for p in page if p["id"] == product["id"]] == [100]
    in_force = "SELECT amount FROM catalog.price_in_force($1::uuid, 'USD', $2)"
    assert await shop.admin.fetchval(in_force, product["id"], soon) == 150
    with refused("valid_from_in_past", "SH422"):
        past = datetime.now(UTC) - timedelta(days=1)
        await shop.call("web_merchant", "set_price", token=seller, **{**scheduled, "valid_from": past})


async def test_prices_set_at_once_take_turns_and_never_overlap(shop: Shop, seller: str) -> None:
    product = await shop.product(seller, price=1)
    change = {"product_id": product["id"], "currency": "USD"}
    await asyncio.gather(
        *(shop.call("web_merchant", "set_price", token=seller, price=n, **change) for n in range(2, 17))
    )
    rows = await shop.admin.fetch(
        "SELECT version, valid FROM catalog.prices WHERE product_id = $1::uuid ORDER BY lower(valid)", product["id"]
    )
    assert [row["version"] for row in rows] == list(range(1, 17))
    assert all(a["valid"].upper == b["valid"].lower for a, b in pairwise(rows))


async def test_an_order_keeps_the_price_it_was_made_at(shop: Shop, seller: str) -> None:
    product, buyer = await shop.product(seller, price=100), await shop.account("customer")
    line = {"product_id": product["id"], "quantity": 2}
    order = await shop.call("web_customer", "create_order", token=buyer, items=[line])
    change = {"product_id": product["id"], "price": 999, "currency": "USD"}
    await shop.call("web_merchant", "set_price", token=seller, **change)
    more = await shop.call(
        "web_customer", "modify_order", token=buyer, order_id=order["id"], items=[{**line, "quantity": 3}]
    )
    assert (more["total"], more["items"][0]["unit_price"], more["items"][0]["price_version"]) == (300, 100, 1)


# --- stock and sales ---


async def test_stock_never_falls_below_what_is_reserved(shop: Shop, seller: str) -> None:
    product, buyer = await shop.product(seller, stock=5), await shop.account("customer")
    line = {"product_id": product["id"], "quantity": 3}
    order = await shop.call("web_customer", "create_order", token=buyer, items=[line])
    change = {"token": seller, "product_id": product["id"]}
    with refused("stock_below_reserved", "SH409") as refusal:
        await shop.call("web_merchant", "adjust_stock", **change, delta=-3, reason="broken")
    assert refusal.detail == {"on_hand": 5, "reserved": 3}
    level = await shop.call("web_merchant", "adjust_stock", **change, delta=-2, reason="broken")
    assert (level["on_hand"], level["reserved"], level["available"]) == (3, 3, 0)
    await shop.call("web_customer", "cancel_order", token=buyer, order_id=order["id"])
    movements = (await shop.call("web_merchant", "list_stock_movements", **change))["data"]
    assert [(m["kind"], m["on_hand_delta"], m["reserved_delta"]) for m in movements] == [
        ("release", 0, -3),
        ("adjustment", -2, 0),
        ("reservation", 0, 3),
        ("adjustment", 5, 0),
    ]
    with refused("stock_out_of_range", "SH409"):
        await shop.call("web_merchant", "adjust_stock", **change, delta=1_000_000_000, reason="absurd")


async def test_a_merchant_sees_own_sales_and_nothing_of_the_buyer(shop: Shop, seller: str) -> None:
    mine, theirs = await shop.product(seller), await shop.product(await shop.account("merchant"))
    buyer = await shop.account("customer")
    items = [{"product_id": p["id"], "quantity": 1} for p in (mine, theirs)]
    order = await shop.call("web_customer", "create_order", token=buyer, items=items)
    sales = [
        sale
        for sale in (await shop.call("web_merchant", "list_merchant_sales", token=seller))["data"]
        if sale["order_id"] == order["id"]
    ]
    assert [(sale["product_id"], sale["order_status"]) for sale in sales] == [(mine["id"], "pending")]
    assert "account_id" not in sales[0]
    with refused("order_not_found", "SH404"):
        await shop.call("web_merchant", "get_order", token=seller, order_id=order["id"])


async def test_attributes_are_an_object(shop: Shop, seller: str) -> None:
    for attributes in ([], "text", 1):
        with refused("attributes_not_an_object", "23514"):
            await shop.product(seller, attributes=attributes)
