"""option.<name>= and attribute.<name>= of the product list, by HTTP."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.http.conftest import pointers, problem
from tests.support.web import Client

pytestmark = pytest.mark.anyio


async def test_each_filter_is_a_query_parameter_of_its_own(client: Client, tokens: dict[str, str]) -> None:
    colour, sku = uuid4().hex, uuid4().hex
    variant = {"sku": f"{sku}-1", "option_values": {"Size": "XL & up"}, "price": 500, "stock": 1}
    made = await client.post(
        "/products",
        token=tokens["merchant"],
        json={
            "name": "Shirt", "description": "", "sku": sku, "currency": "USD", "attributes": {"colour": colour},
            "options": [{"name": "Size", "values": ["XL & up", "S"]}], "variants": [variant],
        },
    )  # fmt: skip
    assert made.status_code == 201, made.text
    shirt = made.json()
    added = await client.post(
        f"/products/{shirt['id']}/variants",
        token=tokens["merchant"],
        json={"sku": f"{sku}-2", "option_values": {"Size": "S"}, "price": 400, "currency": "USD", "stock": 1},
    )
    assert added.status_code == 201
    assert added.headers["location"] == f"/v1/products/{added.json()['id']}"

    async def found(**query: str) -> list[str]:
        answer = await client.get("/products", params=query)
        assert answer.status_code == 200, answer.text
        return [p["id"] for p in answer.json()["data"]]

    assert await found(**{"attribute.colour": colour}) == [shirt["id"]]
    assert await found(**{"attribute.colour": colour, "option.size": "xl & up", "sort": "price"}) == [shirt["id"]]
    assert await found(**{"attribute.colour": colour, "option.size": "M"}) == []
    facets = (await client.get("/products/facets", params={"attribute.colour": colour})).json()
    assert facets["options"][0]["values"] == [{"value": "S", "count": 1}, {"value": "XL & up", "count": 1}]

    # What carts and orders show is followed by the page of the product, which is kept for a second.
    await client.post(
        f"/products/{shirt['variants'][0]['id']}/stock", token=tokens["merchant"], json={"delta": 4, "reason": "came"}
    )
    page = (await client.get(f"/products/{shirt['id']}", token=tokens["merchant"])).json()
    assert page["available"] == 6


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("filters=x", "/filters"), ("size=M", "/size"), ("option.size=", None), ("option.=M", "")],
)
async def test_what_is_no_filter_is_refused(client: Client, query: str, pointer: str | None) -> None:
    answer = await client.get(f"/products?{query}")
    if pointer is None:
        assert answer.json()["data"] == []
    elif pointer:
        assert pointers(problem(answer, 422, "request_invalid")) == [pointer]
    else:
        problem(answer, 422, "filter_unknown")


async def test_a_filter_cannot_be_of_any_length_or_of_no_text(client: Client) -> None:
    answer = await client.get("/products", params={"option.size": "x" * 5000})
    assert answer.status_code == 422, answer.text
    answer = await client.get("/products?option.size=%00")
    assert answer.status_code == 422, answer.text
