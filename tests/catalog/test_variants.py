"""Products with options, and their variants: what is priced, stocked, put into carts and sold."""

from __future__ import annotations

import json
from itertools import product as combinations
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.support.connections import refused

SIZES, COLOURS = ["S", "M", "L"], ["red", "blue"]
OPTIONS = [{"name": "Size", "values": SIZES}, {"name": "Colour", "values": COLOURS}]


class Seller:
    """A merchant with products in variants."""

    def __init__(self, call: Any, token: str, account_id: str) -> None:
        self.call, self.token, self.account_id = call, token, account_id

    async def does(self, function: str, **fields: Any) -> Any:
        return await self.call("web_merchant", function, token=self.token, **fields)

    async def product(self, **fields: Any) -> Any:
        given = {"name": "Lamp", "description": "", "sku": uuid4().hex, "price": 500, "currency": "USD", "stock": 5}
        return await self.does("create_product", **{**given, **fields})

    async def shirt(self, sizes: list[str] = SIZES, colours: list[str] = COLOURS, **fields: Any) -> Any:
        """A shirt in sizes and colours: S costs 10.00, M 11.00, L 12.00; five pieces of each."""
        sku = uuid4().hex[:12]
        variants = [
            {
                "sku": f"{sku}-{size}-{colour}", "option_values": {"Size": size, "Colour": colour},
                "price": 1000 + 100 * SIZES.index(size), "stock": 5,
            }
            for size, colour in combinations(sizes, colours)
        ]  # fmt: skip
        given = {"name": "T-shirt", "description": "", "sku": sku, "currency": "USD", "options": OPTIONS}
        return await self.does("create_product", **{**given, "variants": variants, **fields})

    async def listed(self, **filters: Any) -> Any:
        return (await self.call("web_anonymous", "list_products", merchant=self.account_id, **filters))["data"]


@pytest.fixture
async def seller(call: Any, admin: asyncpg.Connection[Any]) -> Seller:
    email = f"{uuid4().hex}@example.com"
    account = await call("web_anonymous", "create_account", email=email, password="x" * 60, role="merchant")
    token = await admin.fetchval("SELECT identity.issue_local_token('merchant', $1)", email)
    return Seller(call, token, account["id"])


@pytest.fixture
async def buyer(call: Any, admin: asyncpg.Connection[Any]) -> str:
    email = f"{uuid4().hex}@example.com"
    await call("web_anonymous", "create_account", email=email, password="x" * 60)
    token: str = await admin.fetchval("SELECT identity.issue_local_token('customer', $1)", email)
    return token


def of(shirt: Any, size: str, colour: str) -> Any:
    """The variant with these values."""
    return next(v for v in shirt["variants"] if v["option_values"] == {"Size": size, "Colour": colour})


async def test_a_product_with_options_shows_its_variants(seller: Seller) -> None:
    shirt = await seller.shirt()
    assert shirt["options"] == OPTIONS
    assert [tuple(v["option_values"][o] for o in ("Size", "Colour")) for v in shirt["variants"]] == [
        (size, colour) for size, colour in combinations(SIZES, COLOURS)
    ]
    assert (shirt["price"], shirt["price_from"], shirt["price_to"], shirt["currency"]) == (None, 1000, 1200, "USD")
    assert shirt["available"] == 30
    assert await seller.call("web_anonymous", "get_product", product_id=shirt["id"]) == shirt

    variant = await seller.call("web_anonymous", "get_product", product_id=of(shirt, "M", "red")["id"])
    assert variant["parent_id"] == shirt["id"]
    assert variant["name"] == "T-shirt, M, red"
    assert variant["option_values"] == {"Size": "M", "Colour": "red"}
    assert (variant["price"], variant["price_from"], variant["price_to"]) == (1100, 1100, 1100)


async def test_lists_show_the_parent_once_and_no_variant(seller: Seller) -> None:
    lamp = await seller.product(price=1050)
    shirt = await seller.shirt()
    for sort, expected in {
        "newest": [shirt, lamp], "name": [lamp, shirt], "price": [shirt, lamp], "-price": [lamp, shirt],
    }.items():  # fmt: skip
        assert [p["id"] for p in await seller.listed(sort=sort)] == [p["id"] for p in expected], sort
        assert [p["id"] for p in await seller.listed(sort=sort, min_price=1)] == [p["id"] for p in expected], sort
    found = (await seller.listed(sort="price"))[0]
    assert (found["price_from"], found["price_to"], found["available"]) == (1000, 1200, 30)
    assert found["options"] == OPTIONS
    assert found["variants"] == []
    own = await seller.does("list_merchant_products")
    assert [p["id"] for p in own["data"]] == [shirt["id"], lamp["id"]]


@pytest.mark.parametrize("sort", ["newest", "name", "price", "-price"])
async def test_pages_show_each_product_once(seller: Seller, sort: str) -> None:
    made = [await seller.shirt(sizes=["S", "M"]) for _ in range(3)]
    made += [await seller.product(price=900 + 50 * n) for n in range(4)]
    seen: list[Any] = []
    cursor = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = await seller.call(
            "web_anonymous", "list_products", merchant=seller.account_id, sort=sort, limit=2, **more
        )
        seen += page["data"]
        if not (cursor := page["next_cursor"]):
            break
    assert sorted(p["id"] for p in seen) == sorted(p["id"] for p in made)
    if "price" in sort:
        prices = [p["price_from"] for p in seen]
        assert prices == sorted(prices, reverse=sort == "-price")


async def test_filters_match_one_variant_in_all_respects(seller: Seller) -> None:
    shirt = await seller.shirt()
    red = await seller.shirt(colours=["red"])
    await seller.product()
    assert {p["id"] for p in await seller.listed(filters={"option.colour": "RED"})} == {shirt["id"], red["id"]}
    for sort in ("newest", "name", "price", "-price"):
        found = await seller.listed(filters={"option.size": "m", "option.colour": "blue"}, sort=sort)
        assert [p["id"] for p in found] == [shirt["id"]], sort
    # L costs 12.00, S 10.00: no S within the range.
    assert await seller.listed(filters={"option.size": "S"}, min_price=1150) == []
    assert len(await seller.listed(filters={"option.size": "L"}, min_price=1150)) == 2

    await seller.does("adjust_stock", product_id=of(shirt, "M", "red")["id"], delta=-5, reason="sold")
    await seller.does("adjust_stock", product_id=of(red, "M", "red")["id"], delta=-5, reason="sold")
    assert await seller.listed(filters={"option.size": "M", "option.colour": "red"}, in_stock=True) == []
    assert len(await seller.listed(in_stock=True)) == 3


async def test_filters_find_attributes_of_all_kinds(seller: Seller) -> None:
    lamp = await seller.product(attributes={"colour": ["red", "green"], "watts": 8, "dimmable": True})
    await seller.product(attributes={"colour": "blue", "watts": 80, 'a"b': "c"})
    shirt = await seller.shirt(attributes={"colour": "red"})

    async def found(**filters: str) -> set[str]:
        return {p["id"] for p in await seller.listed(filters={f"attribute.{n}": v for n, v in filters.items()})}

    assert await found(colour="red") == {lamp["id"], shirt["id"]}
    assert await found(colour="red", watts="8") == {lamp["id"]}
    assert await found(dimmable="true") == {lamp["id"]}
    assert await found(**{'a"b': "c"}) != set()
    assert await found(**{'a" == 1 || $."b': "c"}) == set()
    assert await found(colour='red" || true || "') == set()
    with refused("filter_unknown", "SH422"):
        await seller.listed(filters={"colour": "red"})


async def test_facets_count_options_and_attributes(seller: Seller) -> None:
    await seller.shirt()
    await seller.shirt(colours=["red"])
    await seller.product(attributes={"material": "steel", "sizes": [1, 2]})
    await seller.product(attributes={"material": "steel"})
    facets = await seller.call("web_anonymous", "get_product_facets", merchant=seller.account_id)
    assert facets["total"] == 4
    options = {o["name"]: {v["value"]: v["count"] for v in o["values"]} for o in facets["options"]}
    assert options == {"Size": {"S": 2, "M": 2, "L": 2}, "Colour": {"red": 2, "blue": 1}}
    attributes = {a["name"]: {v["value"]: v["count"] for v in a["values"]} for a in facets["attributes"]}
    assert attributes == {"material": {"steel": 2}, "sizes": {"1": 1, "2": 1}}
    fewer = await seller.call(
        "web_anonymous", "get_product_facets", merchant=seller.account_id, filters={"option.colour": "blue"}
    )
    assert fewer["total"] == 1


async def test_only_a_variant_is_sold(seller: Seller, buyer: str) -> None:
    shirt = await seller.shirt()
    variant = of(shirt, "M", "red")

    async def does(function: str, **fields: Any) -> Any:
        return await seller.call("web_customer", function, token=buyer, **fields)

    line = {"product_id": shirt["id"], "quantity": 1}
    with refused("variant_required", "SH422"):
        await does("add_cart_item", **line)
    with refused("variant_required", "SH422"):
        await does("create_order", items=[line])
    with refused("variant_required", "SH422"):
        await seller.does("set_price", product_id=shirt["id"], price=1, currency="USD")
    with refused("variant_required", "SH422"):
        await seller.does("adjust_stock", product_id=shirt["id"], delta=1, reason="came")
    with refused("variant_required", "SH422"):
        await seller.does(
            "create_bundle", name="Set", sku=uuid4().hex, items=[line], price=1, currency="USD"
        )  # fmt: skip

    cart = await does("add_cart_item", product_id=variant["id"], quantity=2)
    assert [(i["product_id"], i["name"], i["unit_price"]) for i in cart["items"]] == [
        (variant["id"], "T-shirt, M, red", 1100)
    ]
    order = await does("create_order", items=[{"product_id": variant["id"], "quantity": 2}])
    assert [(i["product_id"], i["sku"], i["name"], i["total"]) for i in order["items"]] == [
        (variant["id"], variant["sku"], "T-shirt, M, red", 2200)
    ]
    with refused("variant_required", "SH422"):
        await does("modify_order", order_id=order["id"], items=[line])
    assert of(await seller.does("get_product", product_id=shirt["id"]), "M", "red")["available"] == 3
    wished = await does("add_wishlist_item", product_id=shirt["id"])
    assert wished["product"]["price_from"] == 1000


async def test_a_bundle_contains_variants(seller: Seller, buyer: str) -> None:
    shirt = await seller.shirt()
    variant = of(shirt, "S", "blue")
    bundle = await seller.does(
        "create_bundle", name="Two", sku=uuid4().hex, items=[{"product_id": variant["id"], "quantity": 2}], price=1500,
        currency="USD",
    )  # fmt: skip
    assert bundle["available"] == 2
    assert bundle["items"][0]["name"] == "T-shirt, S, blue"
    items = [{"bundle_id": bundle["id"], "quantity": 1}]
    order = await seller.call("web_customer", "create_order", token=buyer, items=items)
    assert order["total"] == 1500


@pytest.mark.parametrize(
    ("values", "code", "state"),
    [
        ({"Size": "M", "Colour": "red"}, "variant_exists", "23505"),
        ({"Size": "M"}, "option_values_invalid", "SH422"),
        ({"Size": "M", "Colour": "green"}, "option_values_invalid", "SH422"),
        ({"Size": "M", "Colour": "red", "Cut": "slim"}, "option_values_invalid", "SH422"),
        ({"size": "M", "Colour": "red"}, "option_values_invalid", "SH422"),
    ],
)
async def test_a_variant_has_one_value_of_each_option(
    seller: Seller, values: dict[str, str], code: str, state: str
) -> None:
    shirt = await seller.shirt(sizes=["M"], colours=["red"])
    variant = {"sku": uuid4().hex, "option_values": values, "price": 1, "currency": "USD", "stock": 1}
    with refused(code, state):
        await seller.does("create_variant", product_id=shirt["id"], **variant)


async def test_the_table_itself_refuses_what_is_no_variant(seller: Seller, admin: asyncpg.Connection[Any]) -> None:
    shirt, lamp = await seller.shirt(), await seller.product()
    insert = (
        "INSERT INTO catalog.products (merchant_id, sku, name, kind, parent_id, option_values) "
        "SELECT merchant_id, uuidv4()::text, 'x', $2, id, $3::jsonb FROM catalog.products WHERE id = $1::uuid"
    )
    values = json.dumps({"Size": "M", "Colour": "red"})
    with refused("variant_exists", "23505"):
        await admin.execute(insert, shirt["id"], "product", values)
    with refused("variant_is_a_product", "23514"):
        await admin.execute(insert, shirt["id"], "parent", values)
    with refused("product_not_found", "SH404"):
        await admin.execute(insert, lamp["id"], "product", values)
    with refused("product_not_found", "SH404"):
        await admin.execute(insert, of(shirt, "M", "red")["id"], "product", values)
    for statement in (
        "INSERT INTO catalog.prices (product_id, currency, version, amount, valid) "
        "VALUES ($1::text::uuid, 'USD', 1, 1, tstzrange(now(), NULL))",
        "INSERT INTO catalog.stock (product_id, on_hand) VALUES ($1::text::uuid, 1)",
    ):
        with refused("variant_required", "SH422"):
            await admin.execute(statement, shirt["id"])
    with refused("too_many_options", "23514"):
        await admin.execute(
            "INSERT INTO catalog.product_options VALUES ($1::text::uuid, 4, 'Cut', '{slim}')", shirt["id"]
        )


async def test_500_variants_are_the_limit(seller: Seller) -> None:
    options = [{"name": n, "values": [str(v) for v in range(count)]} for n, count in (("a", 100), ("b", 6))]
    variants = [
        {"sku": f"{uuid4().hex}", "option_values": {"a": str(n % 100), "b": str(n // 100)}, "price": 1, "stock": 0}
        for n in range(500)
    ]
    made = await seller.does(
        "create_product", name="Screw", description="", sku=uuid4().hex, currency="USD", options=options,
        variants=variants,
    )  # fmt: skip
    assert len(made["variants"]) == 500
    one = {"sku": uuid4().hex, "option_values": {"a": "0", "b": "5"}, "price": 1, "currency": "USD", "stock": 1}
    with refused("too_many_variants", "SH409"):
        await seller.does("create_variant", product_id=made["id"], **one)


async def test_options_change_without_losing_variants(seller: Seller) -> None:
    shirt = await seller.shirt()

    async def patch(options: list[Any]) -> Any:
        return await seller.does("update_product", product_id=shirt["id"], options=options)

    more = [{"name": "Size", "values": ["XS", *SIZES]}, {"name": "Shade", "values": COLOURS}]
    changed = await patch(more)
    assert changed["options"] == more
    assert changed["variants"][0]["option_values"] == {"Size": "S", "Shade": "red"}
    with refused("option_value_in_use", "SH409"):
        await patch([{"name": "Size", "values": ["XS", "S", "M"]}, more[1]])
    with refused("option_in_use", "SH409"):
        await patch([more[0]])
    with refused("option_twice", "23505"):
        await patch([more[0], {"name": "size", "values": COLOURS}])
    assert (await patch([{"name": "Size", "values": SIZES}, more[1]]))["options"][0]["values"] == SIZES

    renamed = await seller.does("update_product", product_id=shirt["id"], name="Polo")
    variant = await seller.does("get_product", product_id=renamed["variants"][0]["id"])
    assert variant["name"] == "Polo, S, red"
    with refused("field_of_parent", "SH422"):
        await seller.does("update_product", product_id=variant["id"], name="Other")
    moved = {"Size": "S", "Shade": "blue"}
    with refused("variant_exists", "23505"):
        await seller.does("update_product", product_id=variant["id"], option_values=moved)


async def test_a_product_that_was_never_sold_becomes_a_parent(seller: Seller, buyer: str) -> None:
    lamp, sold = await seller.product(), await seller.product()
    await seller.call("web_customer", "add_cart_item", token=buyer, product_id=lamp["id"], quantity=1)
    lines = [{"product_id": sold["id"], "quantity": 1}]
    await seller.call("web_customer", "create_order", token=buyer, items=lines)
    options = [{"name": "Colour", "values": ["red"]}]
    parent = await seller.does("update_product", product_id=lamp["id"], options=options)
    assert (parent["price"], parent["available"], parent["options"]) == (None, 0, options)
    assert (await seller.call("web_customer", "get_cart", token=buyer))["items"] == []
    assert [p["id"] for p in await seller.listed()] == [sold["id"]]
    with refused("product_was_sold", "SH409"):
        await seller.does("update_product", product_id=sold["id"], options=options)


async def test_a_deleted_parent_takes_its_variants_with_it(seller: Seller, buyer: str) -> None:
    shirt = await seller.shirt()
    variant, other = of(shirt, "M", "red"), of(shirt, "L", "red")
    await seller.does("delete_product", product_id=other["id"])
    left = await seller.does("get_product", product_id=shirt["id"])
    assert len(left["variants"]) == 5
    again = {"sku": other["sku"], "option_values": other["option_values"], "price": 1, "currency": "USD", "stock": 1}
    made = await seller.does("create_variant", product_id=shirt["id"], **again)
    assert made["parent_id"] == shirt["id"]
    await seller.does("delete_product", product_id=shirt["id"])
    with refused("product_not_found", "SH404"):
        await seller.does("get_product", product_id=variant["id"])
    with refused("product_not_found", "SH404"):
        lines = [{"product_id": variant["id"], "quantity": 1}]
        await seller.call("web_customer", "create_order", token=buyer, items=lines)
    assert await seller.listed() == []


async def test_what_a_new_product_needs(seller: Seller) -> None:
    given = {"name": "Lamp", "description": "", "sku": uuid4().hex}
    with refused("price_required", "SH422"):
        await seller.does("create_product", **given)
    with refused("variant_required", "SH422"):
        await seller.does("create_product", **given, options=OPTIONS, price=1, currency="USD", stock=1)
    with refused("options_required", "SH422"):
        variant = {"sku": "x", "option_values": {"Size": "M"}, "price": 1, "stock": 1}
        await seller.does("create_product", **given, currency="USD", variants=[variant])
