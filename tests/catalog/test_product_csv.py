"""Products as CSV files, over HTTP: in, out, and in again."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from typing import Any

import asyncpg
import pytest

from tests.catalog.test_catalogue import Shop
from tests.support.web import Client, WebServer

SERVER_ENVIRONMENT = {"IMPORT_LIMIT": str(2 * 1024 * 1024)}
COLUMNS = [
    "sku", "name", "description", "category", "price", "currency", "stock", "weight", "requires_shipping",
    "tax_category", "attributes", "images", "base",
]  # fmt: skip


@pytest.fixture(scope="module")
async def shop(anyio_backend: str, call: Any, admin: asyncpg.Connection[Any]) -> Shop:
    shop = Shop(call, admin)
    await shop.category(name="Lighting", slug="lighting")
    return shop


@pytest.fixture
async def seller(shop: Shop) -> str:
    return await shop.account("merchant")


def file_of(*rows: dict[str, Any], columns: list[str] = COLUMNS) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def row(n: int, **changes: Any) -> dict[str, Any]:
    return {
        "sku": f"A-{n}",
        "name": f"Lamp {n}",
        "description": "Warm\nlight",
        "category": "lighting",
        "price": 100 + n,
        "currency": "USD",
        "stock": n % 7,
        "weight": 50,
        "requires_shipping": "true",
        "tax_category": "standard",
        "attributes": json.dumps({"n": n}),
        "images": "https://i.example/1.png https://i.example/2.png",
        **changes,
    }


async def send(client: Client, token: str, content: bytes, **keywords: Any) -> Any:
    headers = {"Content-Type": "text/csv", **keywords.pop("headers", {})}
    return await client.post("/products/import", token=token, content=content, headers=headers, **keywords)


async def finish(call: Any, import_id: str) -> int:
    """What the worker does with an import that waits."""
    steps = 1
    while await call("web_worker", "advance_import", import_id=import_id):
        steps += 1
    return steps


async def export(client: Client, token: str) -> tuple[bytes, list[dict[str, str]]]:
    answer = await client.get("/products/export", token=token)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    return answer.content, list(csv.DictReader(io.StringIO(answer.text)))


async def counts(admin: asyncpg.Connection[Any]) -> list[int]:
    tables = ("products", "prices", "stock", "stock_movements")
    return [await admin.fetchval(f"SELECT count(*) FROM catalog.{table}") for table in tables]


async def holds(admin: asyncpg.Connection[Any]) -> None:
    assert await admin.fetch("SELECT * FROM audit.check_invariants() WHERE NOT ok") == []


async def test_a_file_makes_products_and_the_same_file_changes_nothing(client: Client, shop: Shop, seller: str) -> None:
    content = file_of(*(row(n) for n in range(20)))
    first = await send(client, seller, content)
    assert first.status_code == 201
    made = first.json()
    assert (made["status"], made["lines"], made["created"], made["failed"]) == ("completed", 20, 20, 0)
    # A description of two lines: the file's lines are counted as an editor counts them.
    assert [line["line"] for line in made["report"][:3]] == [2, 4, 6]
    assert {(line["status"], line["code"]) for line in made["report"]} == {("created", None)}
    assert (await client.get(first.headers["location"], token=seller)).json() == made

    product = (await client.get("/merchant/products?limit=1", token=seller)).json()["data"][0]
    expected = {"sku": "A-19", "price": 119, "available": 5, "weight": 50, "attributes": {"n": 19}, "version": 1}
    assert {name: product[name] for name in expected} == expected
    assert product["images"] == ["https://i.example/1.png", "https://i.example/2.png"]

    before = await counts(shop.admin)
    again = (await send(client, seller, content)).json()
    assert (again["unchanged"], again["created"], again["updated"]) == (20, 0, 0)
    assert await counts(shop.admin) == before
    await holds(shop.admin)


async def test_what_an_export_says_an_import_understands(client: Client, shop: Shop, seller: str) -> None:
    odd = [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "'quoted'",
        "''two",
        '"quotes", and, commas',
        "Ünïcode ☕",
        "two\nlines",
        "  spaces  ",
        "\ttab",
    ]
    rows = [row(n, name=" ".join(text.split()), description=text) for n, text in enumerate(odd)]
    rows.append(row(50, category="", attributes="", images="", description="", stock=0))
    assert (await send(client, seller, file_of(*rows))).json()["created"] == len(rows)
    # What was written by hand came in as it was; an apostrophe before a formula is an export's.
    content, lines = await export(client, seller)
    assert [line["description"] for line in lines[:4]] == ["'=1+1", "'+1", "'-1", "'@x"]
    cells = [cell for line in lines for cell in line.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))], "a spreadsheet would run these"

    before = await counts(shop.admin)
    again = (await send(client, seller, content)).json()
    assert (again["status"], again["unchanged"]) == ("completed", len(rows))
    assert await counts(shop.admin) == before
    elsewhere = await shop.account("merchant")
    assert (await send(client, elsewhere, content)).json()["created"] == len(rows)
    copied = (await export(client, elsewhere))[1]
    assert [{**line, "base": ""} for line in copied] == [{**line, "base": ""} for line in lines]
    stored = await shop.admin.fetch(
        "SELECT description FROM catalog.products WHERE merchant_id = (SELECT merchant_id FROM catalog.imports "
        "ORDER BY id DESC LIMIT 1) ORDER BY id"
    )
    assert [r["description"] for r in stored[:6]] == ["=1+1", "+1", "-1", "@x", "'quoted'", "'two"]
    await holds(shop.admin)


async def test_only_what_differs_is_written(client: Client, shop: Shop, seller: str) -> None:
    await send(client, seller, file_of(*(row(n) for n in range(5))))
    changes = [row(0), row(1, price=999), row(2, stock=50), row(3, name="Better"), row(9)]
    made = (await send(client, seller, file_of(*changes))).json()
    assert [line["status"] for line in made["report"]] == ["unchanged", "updated", "updated", "updated", "created"]
    products = {p["sku"]: p for p in (await client.get("/merchant/products", token=seller)).json()["data"]}
    assert (products["A-1"]["price"], products["A-1"]["version"]) == (999, 2)
    prices = (await client.get(f"/products/{products['A-1']['id']}/prices")).json()["data"]
    assert [(p["price"], p["version"], p["valid_until"] is None) for p in prices] == [(999, 2, True), (101, 1, False)]
    moves = (await client.get(f"/products/{products['A-2']['id']}/stock/movements", token=seller)).json()["data"]
    assert [(m["on_hand_delta"], m["reason"]) for m in moves] == [(48, "import"), (2, "first stock")]
    assert products["A-2"]["version"] == 1, "stock is not of the product's version"
    assert (products["A-3"]["name"], products["A-3"]["attributes"]) == ("Better", {"n": 3})
    await holds(shop.admin)


async def test_columns_that_are_left_out_stay(client: Client, shop: Shop, seller: str) -> None:
    await send(client, seller, file_of(row(1)))
    made = (await send(client, seller, b"\xef\xbb\xbfPrice, SKU ,currency\r\n700,A-1,USD\r\n\r\n")).json()
    assert made["updated"] == 1
    product = (await client.get("/merchant/products", token=seller)).json()["data"][0]
    assert (product["price"], product["name"], product["attributes"]) == (700, "Lamp 1", {"n": 1})
    assert product["category_id"] is not None
    cleared = file_of({"sku": "A-1", "category": "", "attributes": ""}, columns=["sku", "category", "attributes"])
    await send(client, seller, cleared)
    product = (await client.get("/merchant/products", token=seller)).json()["data"][0]
    assert (product["category_id"], product["attributes"], len(product["images"])) == (None, {}, 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sku": ""}, "sku_missing"),
        ({"sku": "a b"}, "sku_malformed"),
        ({"sku": "A-0"}, "sku_twice"),
        ({"name": ""}, "name_missing"),
        ({"name": "x" * 201}, "text_length"),
        ({"description": "x" * 10_001}, "text_length"),
        ({"price": ""}, "price_missing"),
        ({"price": "1.50"}, "price_out_of_range"),
        ({"price": "-1"}, "price_out_of_range"),
        ({"price": "9" * 30}, "price_out_of_range"),
        ({"currency": ""}, "currency_missing"),
        ({"currency": "usd"}, "currency_unknown"),
        ({"category": "nowhere"}, "category_not_found"),
        ({"stock": "many"}, "stock_out_of_range"),
        ({"stock": "-1"}, "stock_out_of_range"),
        ({"weight": "heavy"}, "weight_out_of_range"),
        ({"requires_shipping": "perhaps"}, "requires_shipping_malformed"),
        ({"tax_category": "NO"}, "tax_category_malformed"),
        ({"attributes": "{"}, "attributes_not_an_object"),
        ({"attributes": "[]"}, "attributes_not_an_object"),
        ({"attributes": '{"x": "\\u0000"}'}, "attributes_not_an_object"),
        ({"attributes": json.dumps({"x": "y" * 70_000})}, "attributes_too_large"),
        ({"images": "ftp://x"}, "image_url_malformed"),
    ],
)
async def test_one_wrong_line_and_nothing_happens(
    client: Client, shop: Shop, seller: str, changes: dict[str, Any], code: str
) -> None:
    before = await counts(shop.admin)
    answer = await send(client, seller, file_of(row(0), row(1, **changes), row(2)))
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "import_rejected"
    report = problem["import"]["report"]
    wrong = [line for line in report if line["status"] == "error"]
    assert {line["code"] for line in wrong} == {code}
    assert all(line["message"] for line in wrong)
    assert {line["status"] for line in report} - {"error"} == {"skipped"}
    assert await counts(shop.admin) == before
    again = await client.get(f"/products/imports/{problem['import']['id']}", token=seller)
    assert again.json()["status"] == "rejected"


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "import_columns_invalid"),
        (b"name\nx\n", 422, "import_columns_invalid"),
        (b"sku,colour\nx,y\n", 422, "import_columns_invalid"),
        (b"sku,sku\nx,y\n", 422, "import_columns_invalid"),
        (b"sku,name' --\nx,y\n", 422, "import_columns_invalid"),
        (b"sku,name\n", 422, "import_empty"),
        (b"sku,name\nA,\xff\n", 422, "import_file_invalid"),
        (b"\xff\xfes\x00k\x00u\x00\n\x00\x00", 422, "import_file_invalid"),
        (b'sku,name\nA,"x\n', 422, "import_file_invalid"),
        (b"sku,name\nA," + b"x" * 200_000 + b"\n", 422, "import_file_invalid"),
        (b"sku\n" + b"A-1\n" * 20_001, 422, "import_too_long"),
        (b"sku\n" + b"A" * 2 * 1024 * 1024, 413, "body_too_large"),
    ],
)
async def test_what_is_no_file_of_products(client: Client, seller: str, content: bytes, status: int, code: str) -> None:
    answer = await send(client, seller, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_line_with_other_cells_is_an_error_of_that_line(client: Client, seller: str) -> None:
    answer = await send(client, seller, b"sku,name,price,currency\nA-1,Lamp,1,USD\nA-2,Lamp\nA-3,Lamp,1,USD,more\n")
    report = answer.json()["import"]["report"]
    assert [(line["line"], line["code"]) for line in report] == [(2, None), (3, "cells_missing"), (4, "cells_missing")]


async def test_who_may_import(client: Client, shop: Shop, seller: str) -> None:
    customer = await shop.account("customer")
    assert (
        await client.post("/products/import", content=b"x", headers={"Content-Type": "text/csv"})
    ).status_code == 401
    assert (await send(client, customer, file_of(row(1)))).status_code == 403
    assert (await client.post("/products/import", token=seller, json={})).status_code == 415
    assert (await client.get("/products/export", token=customer)).status_code == 403
    assert (await client.get("/products/export")).status_code == 401
    mine = (await send(client, seller, file_of(row(1)))).json()
    other = await shop.account("merchant")
    for path in ("", "/lines"):
        assert (await client.get(f"/products/imports/{mine['id']}{path}", token=other)).status_code == 404
    assert (await client.get("/products/imports", token=other)).json()["data"] == []
    assert [i["id"] for i in (await client.get("/products/imports", token=seller)).json()["data"]] == [mine["id"]]
    assert (await export(client, other))[1] == []


async def test_the_same_key_imports_once(client: Client, shop: Shop, seller: str) -> None:
    first = await send(client, seller, file_of(row(1)), key="once")
    again = await send(client, seller, file_of(row(1)), key="once")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert (await send(client, seller, file_of(row(2)), key="once")).json()["code"] == "idempotency_key_reused"


async def test_a_large_file_waits_for_the_worker(client: Client, shop: Shop, seller: str, call: Any) -> None:
    rows = [row(n, description="x") for n in range(5001)]
    answer = await send(client, seller, file_of(*rows))
    assert answer.status_code == 202
    waiting = answer.json()
    assert (waiting["status"], waiting["checked"]) == ("checking", 0)
    path = f"/products/imports/{waiting['id']}"
    jobs = "SELECT count(*) FROM messaging.outbox WHERE kind = 'import_products' AND payload ->> 'import_id' = $1"
    assert await shop.admin.fetchval(jobs, waiting["id"]) == 1
    assert await call("web_worker", "advance_import", import_id=waiting["id"]) is True
    assert (await client.get(path, token=seller)).json()["checked"] == 5000, "how far it is can be seen"
    await finish(call, waiting["id"])
    done = (await client.get(path, token=seller)).json()
    assert (done["status"], done["created"], done["checked"]) == ("completed", 5001, 5001)
    assert len(done["report"]) == 1000
    lines, cursor = [], ""
    while cursor is not None:
        page = (await client.get(f"{path}/lines?limit=100{cursor and '&cursor=' + cursor}", token=seller)).json()
        lines += page["data"]
        cursor = page["next_cursor"]
    assert [line["line"] for line in lines] == list(range(2, 5003))
    audited = (
        "SELECT DISTINCT actor_id FROM audit.changes WHERE table_name = 'catalog.products' AND new ->> 'sku' = 'A-5000'"
    )
    merchant = (await client.get("/account", token=seller)).json()["id"]
    assert [str(r["actor_id"]) for r in await shop.admin.fetch(audited)] == [merchant], "the worker acts in its name"
    await holds(shop.admin)

    # All or nothing, with the one error first in the report.
    rows[4321]["price"] = "free"
    wrong = (
        await send(client, seller, file_of(*rows[:1], *(row(n, stock=9) for n in range(1, 1001)), rows[4321]))
    ).json()
    await finish(call, wrong["id"])
    rejected = (await client.get(f"/products/imports/{wrong['id']}", token=seller)).json()
    assert (rejected["status"], rejected["failed"], rejected["updated"]) == ("rejected", 1, 0)
    assert rejected["report"][-1] == {**rejected["report"][-1], "sku": "A-4321", "code": "price_out_of_range"}


async def test_a_step_that_is_repeated_changes_nothing(client: Client, shop: Shop, seller: str, call: Any) -> None:
    made = (await send(client, seller, file_of(row(1)))).json()
    before = await counts(shop.admin)
    assert await call("web_worker", "advance_import", import_id=made["id"]) is False
    assert await counts(shop.admin) == before
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await call("web_merchant", "advance_import", token=seller, import_id=made["id"])


async def test_pieces_that_are_reserved_stay(client: Client, shop: Shop, seller: str) -> None:
    await send(client, seller, file_of(row(6)))
    product = (await client.get("/merchant/products", token=seller)).json()["data"][0]
    buyer = await shop.account("customer")
    order = await client.post("/orders", token=buyer, json={"items": [{"product_id": product["id"], "quantity": 4}]})
    assert order.status_code == 201, order.text
    report = (await send(client, seller, file_of(row(6, stock=3)))).json()["import"]["report"]
    assert (report[0]["code"], report[0]["message"]) == ("stock_below_reserved", "4 pieces are reserved for orders.")
    assert (await send(client, seller, file_of(row(6, stock=4)))).status_code == 201
    await holds(shop.admin)


async def test_imports_and_orders_at_once_balance(client: Client, shop: Shop, seller: str) -> None:
    """Twelve files that set stock and price, while forty customers buy: whatever comes first, nothing is lost."""
    skus = range(8)
    await send(client, seller, file_of(*(row(n, stock=100) for n in skus)))
    products = [p["id"] for p in (await client.get("/merchant/products", token=seller)).json()["data"]]
    buyers = [await shop.account("customer") for _ in range(5)]

    async def load(n: int) -> int:
        rows = [row(s, stock=100 + n, price=200 + n) for s in (skus if n % 2 else reversed(skus))]
        return int((await send(client, seller, file_of(*rows))).status_code)

    async def buy(n: int) -> int:
        items = [{"product_id": product, "quantity": 1} for product in (products if n % 2 else products[::-1])]
        return int((await client.post("/orders", token=buyers[n % 5], json={"items": items})).status_code)

    async def load_all() -> list[int]:  # a merchant sends one file at a time
        return [await load(n) for n in range(12)]

    loaded, *bought = await asyncio.gather(load_all(), *(buy(n) for n in range(40)))
    assert {*loaded, *bought} == {201}
    await holds(shop.admin)


async def test_two_files_with_the_same_new_products_make_them_once(client: Client, shop: Shop, seller: str) -> None:
    """At once one of them is imported, and the others are refused; one after the other they find the products."""
    content = file_of(*(row(n) for n in range(30)))
    answers = await asyncio.gather(*(send(client, seller, content) for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {201, 429}
    assert sum(answer.json().get("created", 0) for answer in answers) == 30
    assert (await send(client, seller, content)).json()["created"] == 0
    assert len((await export(client, seller))[1]) == 30


async def test_a_web_role_reaches_its_draft_and_nothing_else(shop: Shop, seller: str, connect: Any) -> None:
    connection = await connect("web_merchant")
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.token', $1, true)", seller)
        await connection.execute("SELECT api.open_import('{sku}')")
        await connection.execute("INSERT INTO pg_temp.import_draft (line, sku) VALUES (2, 'A-1')")
        for statement in ("SELECT * FROM pg_temp.import_draft", "DELETE FROM pg_temp.import_draft"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await connection.execute(statement)
    for statement in ("CREATE TEMPORARY TABLE mine (a int)", "SELECT * FROM catalog.import_lines"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)


async def test_the_document_says_what_is_sent_and_got(client: Client, server: WebServer) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert list(paths["/v1/products/import"]["post"]["requestBody"]["content"]) == ["text/csv"]
    assert list(paths["/v1/products/export"]["get"]["responses"]["200"]["content"]) == ["text/csv"]
