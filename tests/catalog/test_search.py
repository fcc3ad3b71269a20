"""Search by words that are nearly right, facets, wish lists."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.catalog.test_catalogue import Shop
from tests.support.connections import refused


@pytest.fixture(scope="module")
async def shelf(shop: Shop, seller: str) -> dict[str, str]:
    """Products by a short name, in a category of their own."""
    category = await shop.category(name="Kitchen", slug="kitchen")
    names = {
        "kettle": "Gooseneck kettle",
        "lamp": "Desk lamp",
        "skillet": "Cast iron skillet",
        "teapot": "Porcelain teapot",
        "map": "Wall map",
    }
    made = {
        key: (await shop.product(seller, name=name, sku=f"ZX-{n}41", price=1000 * n, category_id=category["id"]))["id"]
        for n, (key, name) in enumerate(names.items(), 1)
    }
    return {**made, "category": category["id"]}


async def search(shop: Shop, q: str, **filters: Any) -> list[str]:
    page = await shop.call("web_anonymous", "list_products", q=q, **filters)
    return [product["id"] for product in page["data"]]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gooseneck", "kettle"),
        ("Kettles", "kettle"),
        ("goosneck", "kettle"),  # a letter is missing
        ("gooseneckk", "kettle"),  # one too many
        ("gooseneck ketle", "kettle"),
        ("lmap", "lamp"),  # two are swapped
        ("lanp", "lamp"),  # one is wrong
        ("skilet", "skillet"),
        ("skil", "skillet"),  # only begun
        ("teap", "teapot"),
        ("zx-341", "skillet"),
        ("ZX-341", "skillet"),
        ('"desk lamp"', "lamp"),
        ("lamp OR teapot", "teapot"),
    ],
)
async def test_what_was_meant_is_found(shop: Shop, shelf: dict[str, str], typed: str, meant: str) -> None:
    assert shelf[meant] in await search(shop, typed)


@pytest.mark.parametrize("sort", ["relevance", "newest", "name", "price", "-price"])
async def test_a_typing_error_is_corrected_in_every_order(shop: Shop, shelf: dict[str, str], sort: str) -> None:
    assert shelf["kettle"] in await search(shop, "goosneck", sort=sort)


@pytest.mark.parametrize(
    "typed", ["submarine", "the", "!!!", '"lamp desk"', "lamp -desk", "& | ! ( ) :* <->", "it's 'x"]
)
async def test_what_is_not_there_is_not_found(shop: Shop, shelf: dict[str, str], typed: str) -> None:
    found = await search(shop, typed)
    assert not set(found) & set(shelf.values())


async def test_a_word_that_the_shop_knows_is_taken_at_its_word(shop: Shop, shelf: dict[str, str]) -> None:
    assert await search(shop, "map") == [shelf["map"]], "and not for the lamp, one letter away"


async def test_the_vocabulary_follows_a_new_name(shop: Shop, seller: str) -> None:
    product = await shop.product(seller, name="Plain thing")
    assert await search(shop, "quetzal") == []
    await shop.call("web_merchant", "update_product", token=seller, product_id=product["id"], name="Quetzal feather")
    assert await search(shop, "quetzla") == [product["id"]]


async def test_relevance_has_pages_too(shop: Shop, seller: str) -> None:
    made = {(await shop.product(seller, name=f"Zyzzyva {'zyzzyva ' * (n % 3)}{n}"))["id"] for n in range(12)}
    pages = await shop.pages(q="zyzzyva", limit=5)
    assert [len(page) for page in pages] == [5, 5, 2]
    assert {product["id"] for page in pages for product in page} == made


async def test_a_price_that_ends_is_listed_like_any_other(shop: Shop) -> None:
    """Prices without an end and those with one come from two queries: sorts, pages and filters cover both."""
    token = await shop.account("merchant")
    merchant = (await shop.call("web_merchant", "get_account", token=token))["id"]
    made = [await shop.product(token, name=f"Thing {n:02}", price=100 + n) for n in range(11)]
    for product in made[::2]:
        later = {"price": 9000, "currency": "USD", "valid_from": "2100-01-01T00:00:00Z"}
        await shop.call("web_merchant", "set_price", token=token, product_id=product["id"], **later)
    for sort, filters in (("price", {}), ("-price", {}), ("newest", {"min_price": 100}), ("name", {"max_price": 999})):
        pages = await shop.pages(merchant=merchant, sort=sort, limit=3, **filters)
        prices = [product["price"] for page in pages for product in page]
        assert prices == sorted(range(100, 111), reverse=sort in ("-price", "newest")), sort
    narrow = await shop.pages(merchant=merchant, min_price=103, max_price=105)
    assert sorted(p["price"] for page in narrow for p in page) == [103, 104, 105]


async def test_facets_count_what_the_list_shows(shop: Shop, shelf: dict[str, str]) -> None:
    facets = await shop.call("web_anonymous", "get_product_facets", category=shelf["category"])
    assert (facets["total"], facets["complete"], facets["currency"]) == (5, True, "USD")
    assert facets["categories"] == [{"id": shelf["category"], "name": "Kitchen", "count": 5}]
    assert [merchant["count"] for merchant in facets["merchants"]] == [5]
    assert facets["prices"] == [
        {"min_price": 1000, "max_price": 1999, "count": 1},
        {"min_price": 2000, "max_price": 4999, "count": 3},
        {"min_price": 5000, "max_price": 9999, "count": 1},
    ]
    for band in facets["prices"]:
        bounds = {"min_price": band["min_price"], "max_price": band["max_price"]}
        page = await shop.call("web_anonymous", "list_products", category=shelf["category"], **bounds)
        assert len(page["data"]) == band["count"]
    searched = await shop.call("web_anonymous", "get_product_facets", q="goosneck", category=shelf["category"])
    assert searched["total"] == 1
    assert (await shop.call("web_anonymous", "get_product_facets", q="submarine"))["total"] == 0
    assert (await shop.call("web_anonymous", "get_product_facets", currency="XXX"))["total"] == 0


async def test_a_wish_list_is_its_owners(shop: Shop, seller: str, shelf: dict[str, str]) -> None:
    mine, other = await shop.account("customer"), await shop.account("customer")
    first = await shop.call("web_customer", "add_wishlist_item", token=mine, product_id=shelf["lamp"])
    again = await shop.call("web_customer", "add_wishlist_item", token=mine, product_id=shelf["lamp"])
    assert again == first, "it is on the list once"
    assert first["product"]["name"] == "Desk lamp"
    gone = await shop.product(seller)
    for product_id in (shelf["kettle"], gone["id"]):
        await shop.call("web_customer", "add_wishlist_item", token=mine, product_id=product_id)
    await shop.call("web_merchant", "delete_product", token=seller, product_id=gone["id"])

    page = await shop.call("web_customer", "list_wishlist_items", token=mine, limit=2)
    assert [(i["product_id"], i["product"] is None) for i in page["data"]] == [
        (gone["id"], True),
        (shelf["kettle"], False),
    ]
    rest = await shop.call("web_customer", "list_wishlist_items", token=mine, cursor=page["next_cursor"])
    assert [i["id"] for i in rest["data"]] == [first["id"]]
    assert (await shop.call("web_customer", "list_wishlist_items", token=other))["data"] == []

    with refused("wishlist_item_not_found", "SH404"):
        await shop.call("web_customer", "delete_wishlist_item", token=other, product_id=shelf["lamp"])
    await shop.call("web_customer", "delete_wishlist_item", token=mine, product_id=shelf["lamp"])
    await shop.call("web_customer", "delete_wishlist_item", token=mine, product_id=page["data"][1]["id"])
    left = await shop.call("web_customer", "list_wishlist_items", token=mine)
    assert [i["product_id"] for i in left["data"]] == [gone["id"]]
    with refused("product_not_found", "SH404"):
        await shop.call("web_customer", "add_wishlist_item", token=mine, product_id=uuid4())
