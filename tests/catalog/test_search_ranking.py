"""What a search finds first, in which spellings, and in which order names are sorted."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from tests.catalog.test_catalogue import Shop

NAMES = {
    "cafe_set": "Café crème set",
    "cafe_chairs": "Cafe chairs",
    "street": "Müller Straße",
    "brulee": "Crème brûlée torch",
    "it": "IT",
    "who": "The Who - live LP",
    "att": "AT&T phone",
    "shirt": "Linen T-Shirt",
    "other_shirt": "Linen shirt",
    "charger": "無線充電器",
    "curry": "バーモントカレー",
    "korean": "무선충전기",
    "istanbul": "İSTANBUL IŞIK",
    "lodz": "Łódź smørrebrød Ærø",
    "greek": "Οδυσσέας",
    "russian": "Чёрный чай",
    "headset": "Noise cancelling headset",
}
SKUS = {"headset": "WH-1000XM5", "it": "GIZMOS-BLACKS"}


@pytest.fixture(scope="module")
async def shelf(shop: Shop, seller: str) -> dict[str, str]:
    """The id of each product, and the name of each id."""
    made = {}
    for n, (key, name) in enumerate(NAMES.items()):
        sku = SKUS.get(key, f"QQ-{n}")
        made[key] = (await shop.product(seller, name=name, sku=sku, description="Nice."))["id"]
    return made


async def search(shop: Shop, shelf: dict[str, str], q: str, **filters: Any) -> list[str]:
    page = await shop.call("web_anonymous", "list_products", q=q, **filters)
    keys = {product_id: key for key, product_id in shelf.items()}
    found = [keys.get(product["id"], product["name"]) for product in page["data"]]
    facets = await shop.call("web_anonymous", "get_product_facets", q=q, **filters)
    assert facets["total"] == len(found), "facets count what the list shows"
    return found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cafe", {"cafe_set", "cafe_chairs"}),
        ("café", {"cafe_set", "cafe_chairs"}),
        ("CAFÉ", {"cafe_set", "cafe_chairs"}),
        ("strasse", {"street"}),
        ("Straße", {"street"}),
        ("muller", {"street"}),
        ("brulee", {"brulee"}),
        ("brulée", {"brulee"}),
        ("it", {"it"}),
        ("IT", {"it"}),
        ("the who", {"who"}),
        ("The Who", {"who"}),
        ("who live", {"who"}),
        ('"the who"', {"who"}),
        ("AT&T", {"att"}),
        ("att", {"att"}),
        ("at&t phone", {"att"}),
        ("t-shirt", {"shirt"}),
        ("tshirts", {"shirt"}),
        ("shirt", {"shirt", "other_shirt"}),
        ("the headset", {"headset"}),
        ("充電", {"charger"}),
        ("線充電", {"charger"}),
        ("器", {"charger"}),
        ("電充", set()),
        ("カレー", {"curry"}),
        ("ｶﾚｰ", {"curry"}),
        ("충전기", {"korean"}),
        ("istanbul", {"istanbul"}),
        ("ISIK", {"istanbul"}),
        ("lodz", {"lodz"}),
        ("smorrebrod", {"lodz"}),
        ("aero", {"lodz"}),
        ("ΟΔΥΣΣΕΑΣ", {"greek"}),
        ("черный", {"russian"}),
        ("GIZMOS-BLACKS", {"it"}),
        ("gizmosbl", {"it"}),
        ("wh-1000", {"headset"}),
        ("WH1000XM5", {"headset"}),
        ("wh 1000 xm5", {"headset"}),
        ("wh-1000xm5 headset", {"headset"}),
        ("headst", {"headset"}),
        ("-headset", set()),
        ("linen -shirt", set()),
        ("curry OR torch", {"brulee"}),
    ],
)
async def test_what_is_meant_is_found(shop: Shop, shelf: dict[str, str], typed: str, found: set[str]) -> None:
    assert set(await search(shop, shelf, typed)) == found


async def test_an_exact_name_is_first_however_many_newer_products_mention_it(
    shop: Shop, seller: str, admin: asyncpg.Connection[Any]
) -> None:
    made = (await shop.product(seller, name="Zanchor", sku="older"))["id"]
    begun = (await shop.product(seller, name="Zanchor chain, long", sku="older-2"))["id"]
    named = (await shop.product(seller, name="Chain for a zanchor", sku="older-3"))["id"]
    await copies(admin, 1200, "Rope {}", "Fits every zanchor. Zanchor! Zanchor, zanchor.")
    await copies(admin, 10, "{} Zanchor zanchor zanchor zanchor zanchor and more", "")
    first = await shop.call("web_anonymous", "list_products", q="zanchor", limit=3)
    assert [product["id"] for product in first["data"]][:2] == [made, begun]
    pages = await shop.pages(q="zanchor", limit=100)
    found = [product["id"] for page in pages for product in page]
    assert len(found) == len(set(found)), "each of them once, over all pages"
    assert len(found) > 1000, "of those that mention it the newest 1,000 are ranked"
    assert found.index(named) < 13
    ropes = await admin.fetchval("SELECT array_agg(id::text) FROM catalog.products WHERE name LIKE 'Rope %'")
    assert set(found[13:]) <= set(ropes)


async def copies(admin: asyncpg.Connection[Any], count: int, name: str, description: str) -> None:
    await admin.execute(
        """
        WITH made AS (
            INSERT INTO catalog.products (merchant_id, sku, name, description)
            SELECT (SELECT p.merchant_id FROM catalog.products AS p ORDER BY p.id LIMIT 1), uuidv7()::text,
                   replace($2, '{}', n::text), $3
            FROM generate_series(1, $1) AS n
            RETURNING id
        ), priced AS (
            INSERT INTO catalog.prices (product_id, currency, version, amount) SELECT id, 'USD', 1, 100 FROM made
        )
        INSERT INTO catalog.stock (product_id, on_hand) SELECT id, 1 FROM made
        """,
        count,
        name,
        description,
    )


async def test_a_sku_is_before_names_that_contain_it(shop: Shop, seller: str) -> None:
    made = (await shop.product(seller, name="Plain", sku="KX-77/B"))["id"]
    longer = (await shop.product(seller, name="Plain", sku="KX-77/B2"))["id"]
    case = (await shop.product(seller, name="Case for KX 77 B", sku="case-1"))["id"]
    assert await found(shop, "KX-77/B") == [made, longer, case]
    assert await found(shop, "kx 77 b") == [made, longer, case]
    assert await found(shop, "kx77b") == [made, longer]
    assert await found(shop, "KX-77/B2") == [longer]


async def test_names_are_sorted_by_letters(shop: Shop) -> None:
    token = await shop.account("merchant")
    merchant = (await shop.call("web_merchant", "get_account", token=token))["id"]
    category = (await shop.category(name="Letters", slug="letters"))["id"]
    ordered = ["apple", "Banana", "Éclair", "éclair 2", "iPod", "Ópal", "øre", "Zebra", "Ωmega", "яблоко", "あめ", "雨"]
    for name in reversed(ordered):
        await shop.product(token, name=name, category_id=category)
    for filters in ({"merchant": merchant}, {"category": category}, {"category": category, "max_price": 10**6}):
        pages = await shop.pages(sort="name", limit=5, **filters)
        assert [product["name"] for page in pages for product in page] == ordered, filters


@pytest.mark.parametrize(
    "typed",
    ["ﷺ" * 200, "a " * 100, "x-" * 100, '"' * 200, "-" * 200, "or " * 66, "'\\'" * 60, "=lamp", "#zx", ":*", "日" * 200,
     "qwertzuiop " * 18, "{a:*}", "\u200b", "🙂 🙃", "a<->b & !c | (d)"],
)  # fmt: skip
async def test_hostile_text_is_searched_for_quickly(shop: Shop, admin: asyncpg.Connection[Any], typed: str) -> None:
    await shop.call("web_anonymous", "list_products", q=typed)
    spent: float = await admin.fetchval(
        "WITH begun AS MATERIALIZED (SELECT clock_timestamp() AS at), done AS MATERIALIZED "
        "(SELECT catalog.parse_search($1), at FROM begun) "
        "SELECT extract(epoch FROM clock_timestamp() - at)::float8 FROM done",
        typed,
    )
    assert spent < 0.5


async def test_the_shop_chooses_the_language(shop: Shop, seller: str, admin: asyncpg.Connection[Any]) -> None:
    """The worker writes the index anew; what is created meanwhile is in the new language already."""
    houses = (await shop.product(seller, name="Die Häuser"))["id"]
    house = (await shop.product(seller, name="Ein Haus"))["id"]
    assert await found(shop, "haus") == [house]
    await admin.execute("SELECT catalog.reindex_products() FROM generate_series(1, 20)")
    assert await shop.call("web_worker", "reindex_products") == 0
    audited = await admin.fetchval("SELECT count(*) FROM audit.changes")
    await admin.execute("UPDATE sales.settings SET search_language = 'german'")
    rounds = 0
    while await shop.call("web_worker", "reindex_products"):
        rounds += 1
    assert rounds > 1
    assert await admin.fetchval("SELECT count(*) FROM audit.changes") == audited + 1, "only the setting"
    assert await found(shop, "haus") == [house, houses]
    assert await found(shop, "die hauser") == [houses, house], "a common word is not required"
    state = await admin.fetchrow("SELECT language, done = total AS all, finished_at FROM catalog.search_index")
    assert state is not None
    assert (state["language"], state["all"]) == ("german", True)
    assert state["finished_at"] is not None
    assert (await found(shop, "zanchro"))[0], "the vocabulary is there as well"


async def found(shop: Shop, q: str) -> list[str]:
    page = await shop.call("web_anonymous", "list_products", q=q)
    return [product["id"] for product in page["data"]]


async def test_a_product_is_found_by_its_variants(shop: Shop, seller: str) -> None:
    values = ["Türkis", "Ochre"]
    variants = [
        {"sku": f"MJ-{value[0]}/1", "option_values": {"Colour": value}, "price": 100, "stock": 1} for value in values
    ]
    made = await shop.product(
        seller, name="Merino jumper", sku="MJ", price=None, stock=None,
        options=[{"name": "Colour", "values": values}], variants=variants,
    )  # fmt: skip
    other = await shop.product(seller, name="Ochre", sku="other", description="jumper, turkis")
    for typed in ("mjt1", "MJ-O/1", "mj-t", "merino turkis"):
        assert await found(shop, typed) == [made["id"]], typed
    assert await found(shop, "jumper ochre") == [made["id"], other["id"]]
    assert await found(shop, "ochre") == [other["id"], made["id"]], "a value of an option is no SKU"
    assert len(await found(shop, "merino")) == 1, "the variants are not there by themselves"
    ochre = next(v for v in made["variants"] if v["sku"] == "MJ-O/1")
    await shop.call("web_merchant", "delete_product", token=seller, product_id=ochre["id"])
    assert await found(shop, "mj-o") == []
