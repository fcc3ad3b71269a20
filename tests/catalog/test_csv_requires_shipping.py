"""requires_shipping in files of products: in, out, left out, empty."""

from __future__ import annotations

import csv
import io

import pytest

from tests.catalog.test_catalogue import Shop
from tests.support.web import Client


@pytest.fixture
async def seller(shop: Shop) -> str:
    return await shop.account("merchant")


async def send(client: Client, token: str, *lines: str) -> list[str]:
    """The status of each line."""
    answer = await client.post(
        "/products/import", token=token, content="\n".join(lines).encode(), headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 201, answer.text
    return [line["status"] for line in answer.json()["report"]]


async def shipped(client: Client, token: str) -> dict[str, bool]:
    """By SKU, whether the product requires shipping."""
    answer = await client.get("/merchant/products", token=token)
    return {product["sku"]: product["requires_shipping"] for product in answer.json()["data"]}


async def test_a_file_says_what_requires_shipping(client: Client, seller: str) -> None:
    header = "sku,name,price,currency,weight,requires_shipping"
    rows = ("A,Lamp,1,USD,0,true", "B,Song,1,USD,0,false", "C,Book,1,USD,10,", "D,Game,1,USD,0,FALSE")
    assert await send(client, seller, header, *rows) == ["created"] * 4
    assert await shipped(client, seller) == {"A": True, "B": False, "C": True, "D": False}
    # Without the column a new product requires shipping, even if it has no weight.
    assert await send(client, seller, "sku,name,price,currency", "E,Chair,1,USD") == ["created"]
    assert (await shipped(client, seller))["E"] is True


async def test_a_column_that_is_left_out_and_an_empty_cell_change_nothing(client: Client, seller: str) -> None:
    await send(client, seller, "sku,name,price,currency,requires_shipping", "A,Song,1,USD,false", "B,Lamp,1,USD,true")
    assert await send(client, seller, "sku,name,price,currency", "A,Tune,1,USD", "B,Lamp,1,USD") == [
        "updated", "unchanged"
    ]  # fmt: skip
    assert await send(client, seller, "sku,requires_shipping", "A,", "B,") == ["unchanged", "unchanged"]
    assert await shipped(client, seller) == {"A": False, "B": True}
    assert await send(client, seller, "sku,requires_shipping", "A,true", "B,true") == ["updated", "unchanged"]
    assert await shipped(client, seller) == {"A": True, "B": True}


async def test_an_export_has_the_column_and_is_read_back_unchanged(client: Client, seller: str) -> None:
    await send(client, seller, "sku,name,price,currency,requires_shipping", "A,Song,1,USD,false", "B,Lamp,1,USD,true")
    answer = await client.get("/products/export", token=seller)
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert {line["sku"]: line["requires_shipping"] for line in lines} == {"A": "false", "B": "true"}
    assert await send(client, seller, answer.text) == ["unchanged", "unchanged"]
