"""Files of products as spreadsheets save them: separators, encodings, empty lines and columns."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.catalog.test_catalogue import Shop
from tests.support.web import Client

COFFEE = "sku,name,price,currency\nA,Café €,1,USD\n"


@pytest.fixture
async def seller(shop: Shop) -> str:
    return await shop.account("merchant")


async def send(client: Client, token: str, content: bytes | str, charset: str = "") -> Any:
    headers = {"Content-Type": "text/csv" + (charset and f"; charset={charset}")}
    content = content.encode() if isinstance(content, str) else content
    return await client.post("/products/import", token=token, content=content, headers=headers)


async def names(client: Client, token: str) -> list[str]:
    return [p["name"] for p in (await client.get("/merchant/products", token=token)).json()["data"]]


@pytest.mark.parametrize(
    "content",
    [
        "sku,name,price,currency\nA,Lamp,1,USD\n,,,\n,,,,\n",  # C13
        "sku,name,price,currency\n\n , ,\t,\nA,Lamp,1,USD\n",
        "sku,name,price,currency,,\nA,Lamp,1,USD,,\n,,,,,\n",
        "sku,name,,price,currency\nA,Lamp, ,1,USD\n",
        "sku,name,price,currency\nA,Lamp,1,USD,,,\n",
        "sku;name;price;currency\r\nA;Lamp;1;USD\r\n;;;\r\n",
        "sku\tname\tprice\tcurrency\nA\tLamp\t1\tUSD\n",
        "sep=;\r\nsku;name;price;currency\r\nA;Lamp;1;USD\r\n",
        '"sku","name","price","currency"\r"A","Lamp","1","USD"\r',
    ],
)
async def test_what_spreadsheets_add_is_ignored(client: Client, seller: str, content: str) -> None:
    answer = await send(client, seller, content)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["lines"], await names(client, seller)) == (1, ["Lamp"])


async def test_the_separator_may_be_in_a_cell(client: Client, seller: str) -> None:
    answer = await send(client, seller, 'sku;name;description;price;currency\nA;"a;b, c";"x\r\ny";1;USD\nB;B;;x;USD\n')
    report = answer.json()["import"]["report"]
    assert [(line["line"], line["code"]) for line in report] == [(2, None), (4, "price_out_of_range")]


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        (COFFEE.encode("utf-8-sig"), ""),
        (COFFEE.encode("utf-8"), "UTF-8"),
        (COFFEE.encode("utf-16"), ""),
        (b"\xfe\xff" + COFFEE.encode("utf-16-be"), ""),
        (COFFEE.encode("utf-16-le"), "utf-16le"),
        (COFFEE.encode("cp1252"), "windows-1252"),
        (COFFEE.encode("cp1252"), '"ISO-8859-1"'),
        (COFFEE.replace(",", ";").encode("iso-8859-15"), "iso-8859-15"),
        (COFFEE.encode("utf-8-sig"), "windows-1252"),  # the mark counts more
    ],
)
async def test_encodings(client: Client, seller: str, content: bytes, charset: str) -> None:
    answer = await send(client, seller, content, charset)
    assert answer.status_code == 201, answer.text
    assert await names(client, seller) == ["Café €"]


async def test_an_encoding_that_is_not_named_is_not_guessed(client: Client, seller: str) -> None:
    """In Windows-1252 the byte E9 is é, in Windows-1251 й: nothing tells which."""
    answer = await send(client, seller, ("sku,name,price,currency\n\n" + "A,Café,1,USD\n").encode("cp1252"))
    assert (answer.status_code, answer.json()["code"]) == (422, "import_file_invalid")
    assert answer.json()["detail"].startswith("The file is not UTF-8: line 3 has the byte E9. Save it as CSV UTF-8")
    assert "charset=windows-1252" in answer.json()["detail"]
    answer = await send(client, seller, COFFEE.encode("utf-16-le"))
    assert "UTF-16 without a byte order mark" in answer.json()["detail"]
    answer = await send(client, seller, COFFEE, "utf-7")
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_unsupported")
    answer = await send(client, seller, COFFEE.encode("cp1252"), "utf-16")
    assert (answer.status_code, answer.json()["code"]) == (422, "import_file_invalid")
    assert await names(client, seller) == []


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("A,Caf\ufffd,1,USD", "text_lost", "A letter was lost"),
        ("A,Lamp,12.50,USD", "price_out_of_range", "12.50 euros are 1250"),
        ('A,Lamp,"12,50",USD', "price_out_of_range", "12.50 euros are 1250"),
        ("A,Lamp,1E+12,USD", "price_out_of_range", "whole number of minor units"),
        ("A,Lamp,1", "cells_missing", "The line has 3 cells, there are 4 columns."),
        ("A,Lamp,1,USD,x", "cells_missing", "The line has 5 cells, there are 4 columns."),
    ],
)
async def test_what_a_line_has_wrong_is_said(client: Client, seller: str, line: str, code: str, words: str) -> None:
    answer = await send(client, seller, f"sku,name,price,currency\n{line}\n")
    assert answer.status_code == 422
    found = answer.json()["import"]["report"][0]
    assert found["code"] == code
    assert words in found["message"]


async def test_a_column_without_a_name_has_no_cells(client: Client, seller: str) -> None:
    answer = await send(client, seller, "sku,name,price,currency,\nA,Lamp,1,USD,x\n")
    assert answer.json()["import"]["report"][0]["message"] == "The line has a cell in a column without a name."
    answer = await send(client, seller, "sep=|\nsku|name\n")
    assert answer.json()["detail"] == "Separate the columns by commas, semicolons or tabs."


async def test_formulas_in_full_width_and_after_line_breaks_come_back_as_they_were(client: Client, seller: str) -> None:
    texts = ["＝1+1", "＋1", "－1", "＠x", "=1+1", "'=1"]
    products = [
        {"sku": f"A-{n}", "name": text, "description": f"\n{text}", "price": 1, "currency": "USD", "stock": 0}
        for n, text in enumerate(texts)
    ]
    for product in products:
        assert (await client.post("/products", token=seller, json=product)).status_code == 201
    exported = (await client.get("/products/export", token=seller)).text
    lines = list(csv.DictReader(io.StringIO(exported)))
    assert [line["name"] for line in lines] == [f"'{text}" for text in texts]
    answer = await send(client, seller, exported)
    assert answer.json()["unchanged"] == len(texts)
