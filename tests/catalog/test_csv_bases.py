"""An export that comes back: what was changed in the file is applied to what the shop has now."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.catalog.test_catalogue import Shop
from tests.support.web import Client

Line = dict[str, str]
ROW = {
    "sku": "00123", "name": "Lamp", "description": "Warm\nlight", "category": "lights", "price": "1000",
    "currency": "USD", "stock": "10", "weight": "50", "requires_shipping": "true", "tax_category": "standard",
    "attributes": '{"b": 1, "a": [1.50]}', "images": "https://i.example/1.png",
}  # fmt: skip


@pytest.fixture(scope="module")
async def shop(anyio_backend: str, call: Any, admin: asyncpg.Connection[Any]) -> Shop:
    shop = Shop(call, admin)
    await shop.category(name="Lights", slug="lights")
    return shop


class Seller:
    """A merchant with one product."""

    def __init__(self, client: Client, shop: Shop, token: str) -> None:
        self.client, self.shop, self.token = client, shop, token

    async def export(self, change: Callable[[Line], object] = lambda line: None) -> list[Line]:
        """What is exported, and changed in the spreadsheet."""
        answer = await self.client.get("/products/export", token=self.token)
        assert answer.status_code == 200
        lines = list(csv.DictReader(io.StringIO(answer.text)))
        for line in lines:
            change(line)
        return lines

    async def send(self, lines: list[Line], **params: str) -> Any:
        text = io.StringIO()
        writer = csv.DictWriter(text, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
        headers = {"Content-Type": "text/csv"}
        content = text.getvalue().encode()
        return await self.client.post(
            "/products/import", token=self.token, content=content, headers=headers, params=params
        )

    async def imports(self, lines: list[Line], **params: str) -> str:
        """The status of the first line of a file that is accepted."""
        answer = await self.send(lines, **params)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["report"][0]["status"])

    async def refused(self, lines: list[Line], **params: str) -> tuple[str, str]:
        """Code and message of the first line of a file that is refused."""
        answer = await self.send(lines, **params)
        assert answer.status_code == 422, answer.text
        line = answer.json()["import"]["report"][0]
        return line["code"], line["message"]

    async def product(self) -> dict[str, Any]:
        return dict((await self.client.get("/merchant/products", token=self.token)).json()["data"][0])

    async def on_hand(self) -> int:
        return int(await self.shop.admin.fetchval(
            "SELECT on_hand FROM catalog.stock WHERE product_id = $1::uuid", (await self.product())["id"]
        ))  # fmt: skip

    async def set_price(self, price: int, **when: str) -> None:
        path = f"/products/{(await self.product())['id']}/price"
        answer = await self.client.put(path, token=self.token, json={"price": price, "currency": "USD", **when})
        assert answer.status_code < 300, answer.text

    async def adjust(self, delta: int) -> None:
        path = f"/products/{(await self.product())['id']}/stock"
        answer = await self.client.post(path, token=self.token, json={"delta": delta, "reason": "counted"})
        assert answer.status_code < 300, answer.text

    async def update(self, **fields: Any) -> None:
        path = f"/products/{(await self.product())['id']}"
        answer = await self.client.patch(path, token=self.token, json=fields)
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def seller(client: Client, shop: Shop) -> Seller:
    seller = Seller(client, shop, await shop.account("merchant"))
    assert await seller.imports([ROW]) == "created"
    return seller


async def test_c5_an_old_export_undoes_no_sale_and_no_price(seller: Seller) -> None:
    lines = await seller.export(lambda line: line.update(name="Better lamp"))
    await seller.adjust(-4)
    await seller.set_price(1200)
    await seller.update(description="Cold light")
    assert await seller.imports(lines) == "updated"
    product = await seller.product()
    assert (product["name"], product["price"], product["description"]) == ("Better lamp", 1200, "Cold light")
    assert await seller.on_hand() == 6
    assert await seller.shop.admin.fetch("SELECT * FROM audit.check_invariants() WHERE NOT ok") == []


async def test_an_export_that_is_sent_unchanged_changes_nothing(seller: Seller) -> None:
    lines = await seller.export()
    await seller.adjust(-4)
    await seller.set_price(1200)
    await seller.update(
        name="N", description="D", category_id=None, weight=7, requires_shipping=False, tax_category="books",
        attributes={}, images=[],
    )  # fmt: skip
    before = await seller.product()
    assert await seller.imports(lines) == "unchanged"
    assert await seller.product() == before
    assert await seller.on_hand() == 6


async def test_stock_is_changed_by_the_difference_and_only_once(seller: Seller) -> None:
    lines = await seller.export(lambda line: line.update(stock="12"))
    await seller.adjust(-4)
    assert await seller.imports(lines) == "updated"
    assert await seller.on_hand() == 8
    assert await seller.imports(lines) == "unchanged"
    assert await seller.on_hand() == 8, "the same file again"
    lines[0]["stock"] = "13"
    assert await seller.imports(lines) == "updated"
    assert await seller.on_hand() == 9, "one more than the file said last"
    lines[0]["stock"] = "2"
    code, message = await seller.refused(lines)
    assert (code, message) == (
        "stock_below_reserved", "There are 9 pieces now, 0 of them reserved for orders: the file takes 11 away."
    )  # fmt: skip
    lines[0]["stock"] = "10"
    assert await seller.imports(lines) == "updated"
    assert await seller.on_hand() == 6, "as if the file had never been changed"


async def test_a_file_can_be_edited_and_sent_again(seller: Seller) -> None:
    lines = await seller.export(lambda line: line.update(name="One", price="1100"))
    assert await seller.imports(lines) == "updated"
    lines[0] |= {"name": "Two", "price": "1150"}
    assert await seller.imports(lines) == "updated"
    assert ((await seller.product())["name"], (await seller.product())["price"]) == ("Two", 1150)


async def test_what_both_have_changed_is_a_conflict(seller: Seller) -> None:
    lines = await seller.export(lambda line: line.update(name="Of the file", price="1100", weight="60"))
    await seller.set_price(1200)
    await seller.update(name="Of the shop")
    before = await seller.product()
    code, message = await seller.refused(lines)
    assert code == "import_conflict"
    assert "name, price (1000 in the export, 1200 in the shop)" in message
    assert await seller.product() == before, "all or nothing"
    assert await seller.imports(lines, on_conflict="shop") == "updated"
    product = await seller.product()
    assert (product["name"], product["price"], product["weight"]) == ("Of the shop", 1200, 60)
    assert await seller.imports(lines) == "unchanged", "it has been decided"


async def test_a_conflict_can_be_decided_for_the_file(seller: Seller) -> None:
    lines = await seller.export(lambda line: line.update(name="Of the file", price="1100"))
    await seller.set_price(1200)
    await seller.update(name="Of the shop", description="Cold")
    assert await seller.imports(lines, on_conflict="file") == "updated"
    product = await seller.product()
    assert (product["name"], product["price"], product["description"]) == ("Of the file", 1100, "Cold")
    answer = await seller.send(lines, on_conflict="both")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/on_conflict")


async def test_the_same_change_on_both_sides_is_none(seller: Seller) -> None:
    lines = await seller.export(lambda line: line.update(name="Better", price="1200"))
    await seller.set_price(1200)
    await seller.update(name="Better")
    assert await seller.imports(lines) == "unchanged"


async def test_a_price_in_another_currency_is_set(seller: Seller) -> None:
    lines = await seller.export(lambda line: line.update(price="900", currency="EUR"))
    await seller.set_price(1200)
    assert await seller.imports(lines) == "updated"
    assert (await seller.product())["price"] == 1200
    product = (await seller.product())["id"]
    prices = (await seller.client.get(f"/products/{product}/prices?currency=EUR")).json()["data"]
    assert [price["price"] for price in prices] == [900]


async def test_without_the_column_values_are_taken_as_they_are(seller: Seller) -> None:
    lines = await seller.export(lambda line: line.pop("base"))
    await seller.adjust(-4)
    await seller.set_price(1200)
    assert await seller.imports(lines) == "updated"
    assert (await seller.on_hand(), (await seller.product())["price"]) == (10, 1000)


async def test_what_spreadsheets_change_is_no_change(seller: Seller) -> None:
    """Booleans in capitals, line ends within cells, blanks at the ends; columns moved and left out."""

    def save(line: Line) -> None:
        line["requires_shipping"] = "TRUE"
        line["description"] = line["description"].replace("\n", "\r\n") + " "
        line["attributes"] = '{"a":[1.50],"b":1}'
        del line["images"], line["weight"]

    lines = await seller.export(save)
    await seller.update(description="Cold", attributes={}, requires_shipping=False, weight=70)
    before = await seller.product()
    assert await seller.imports([dict(reversed(line.items())) for line in lines]) == "unchanged"
    assert await seller.product() == before


async def test_a_base_that_was_damaged_or_moved_is_refused(seller: Seller) -> None:
    lines = await seller.export()
    base = lines[0]["base"]
    assert base.replace("_", "").isalnum()
    assert base[0].isalpha()
    for damaged in (base[:-1], base.replace("_10_", "_11_"), base.upper(), "x"):
        assert (await seller.refused([{**lines[0], "base": damaged}]))[0] == "base_malformed"
    # 00123 becomes 123 in a spreadsheet: no second product.
    code, message = await seller.refused([{**lines[0], "sku": "123"}])
    assert code == "base_of_another_line"
    assert "00123" in message
    await seller.imports([{**ROW, "sku": "B"}])
    assert (await seller.refused([{**lines[0], "sku": "B"}]))[0] == "base_of_another_line"


async def test_a_product_that_was_deleted_stays_deleted(seller: Seller) -> None:
    lines = await seller.export()
    deleted = await seller.client.delete(f"/products/{(await seller.product())['id']}", token=seller.token)
    assert deleted.status_code == 204
    assert (await seller.refused(lines))[0] == "product_deleted"
    assert await seller.imports(lines, on_conflict="shop") == "unchanged"
    assert await seller.export() == []
    assert await seller.imports(lines, on_conflict="file") == "created"
    assert len(await seller.export()) == 1


async def test_a_category_that_was_deleted_meanwhile_is_no_error_where_the_file_has_not_changed_it(
    seller: Seller,
) -> None:
    await seller.shop.category(name="Gone", slug="gone")
    await seller.imports([{**ROW, "category": "gone"}])
    lines = await seller.export(lambda line: line.update(name="Better"))
    await seller.update(category_id=None)
    await seller.shop.admin.execute("DELETE FROM catalog.categories WHERE slug = 'gone'")
    assert await seller.imports(lines) == "updated"
    assert (await seller.product())["category_id"] is None


async def test_variants_keep_what_they_have_of_their_parent(seller: Seller) -> None:
    made = await seller.client.post("/products", token=seller.token, json={
        "sku": "SHIRT", "name": "Shirt", "description": "Cotton", "currency": "USD",
        "options": [{"name": "size", "values": ["S", "M"]}],
        "variants": [{"sku": "S", "option_values": {"size": "S"}, "price": 900, "stock": 3}],
    })  # fmt: skip
    assert made.status_code == 201, made.text
    lines = [line for line in await seller.export() if line["sku"] == "S"]
    assert await seller.imports([{**lines[0], "stock": "5", "price": "950"}]) == "updated"
    for change in ({"name": "Small shirt"}, {"category": "lights"}, {"tax_category": "books"}):
        assert (await seller.refused([{**lines[0], **change}]))[0] == "field_of_parent"
    assert (await seller.refused([{**ROW, "sku": "SHIRT"}]))[0] == "sku_taken"
    assert await seller.shop.admin.fetch("SELECT * FROM audit.check_invariants() WHERE NOT ok") == []


async def test_prices_that_are_planned_stay(seller: Seller) -> None:
    soon = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    await seller.set_price(1500, valid_from=soon)
    assert await seller.imports([{**ROW, "price": "1100"}]) == "updated"
    prices = await seller.shop.admin.fetch(
        "SELECT amount, upper(valid) = $2::text::timestamptz AS planned FROM catalog.prices"
        " WHERE product_id = $1::uuid ORDER BY lower(valid)", (await seller.product())["id"], soon
    )  # fmt: skip
    assert [(price["amount"], price["planned"]) for price in prices] == [(1000, False), (1100, True), (1500, None)]


async def test_bases_are_forgotten_after_90_days_and_old_exports_no_longer_change_stock(seller: Seller) -> None:
    lines = await seller.export(lambda line: line.update(stock="12", name="Better"))
    await seller.imports(lines)
    admin, product = seller.shop.admin, (await seller.product())["id"]
    kept = "SELECT count(*) FROM catalog.import_bases WHERE product_id = $1::uuid"
    await seller.shop.call("web_worker", "purge_imports")
    assert await admin.fetchval(kept, product) == 1
    aged = "UPDATE catalog.import_bases SET exported_at = now() - interval '91 days' WHERE product_id = $1::uuid"
    await admin.execute(aged, product)
    assert await seller.shop.call("web_worker", "purge_imports") == 1
    assert await admin.fetchval(kept, product) == 0
    old = await admin.fetchval(
        "SELECT catalog.make_import_base(product_id, now() - interval '91 days', price, currency, stock, fields)"
        " FROM catalog.read_import_base($1)", lines[0]["base"]
    )  # fmt: skip
    assert (await seller.refused([{**lines[0], "base": old}]))[0] == "base_expired"
    assert await seller.imports([{**lines[0], "base": old, "stock": "10"}]) == "unchanged"
    assert await seller.on_hand() == 12
