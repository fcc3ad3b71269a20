"""What is sent of an answer (RFC 9110 §8.8, §12.5.3, §13): its tag, of the body for If-None-Match, whose version is for
If-Match; a 304 to a client that has it; compressed to one that accepts it, unless it may hold a secret."""

from __future__ import annotations

import asyncio
import gzip
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.http.errors import Problem
from api.http.representation import MOST_VERSIONS, WORTH, accepts_gzip, make_tag, matches, wanted_versions
from tests.http.conftest import ADDRESS, problem
from tests.support.web import Client, WebServer

pytestmark = pytest.mark.anyio

LAMP = {"name": "Lamp", "description": "", "price": 100, "currency": "USD", "stock": 9}
GZIP = {"Accept-Encoding": "gzip"}
PLAIN = {"Accept-Encoding": "identity"}
SERVER_ENVIRONMENT = {"CORS_ORIGINS": "https://shop.example"}


async def new_product(client: Client, tokens: dict[str, str], **more: Any) -> dict[str, Any]:
    made = await client.post("/products", token=tokens["merchant"], json=LAMP | more)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


# --- If-None-Match --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", ['{tag}', 'W/{tag}', '"x", {tag}', '"a,b",W/"y" , {tag},', "*", '"x",\t{tag}']
)  # fmt: skip
async def test_a_client_that_has_it_gets_304(client: Client, token: str, given: str) -> None:
    answer = await client.get("/account", token=token)
    tag = answer.headers["etag"]
    again = await client.get("/account", token=token, headers={"If-None-Match": given.format(tag=tag)})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize("given", ['"1"', 'W/"1"', "1", "x", '"', "", '"*"', "W/*", '{tag}x"', "{bare}"])
async def test_a_client_that_has_something_else_gets_it(client: Client, token: str, given: str) -> None:
    tag = (await client.get("/account", token=token)).headers["etag"]
    sent = given.replace("{tag}", tag[:-1]).replace("{bare}", tag.strip('"'))
    assert (await client.get("/account", token=token, headers={"If-None-Match": sent})).status_code == 200


async def test_several_lines_are_one_list(client: Client, token: str) -> None:
    tag = (await client.get("/account", token=token)).headers["etag"]
    lines = [("If-None-Match", '"x"'), ("If-None-Match", tag), ("Authorization", f"Bearer {token}")]
    assert (await client.http.get(client.url + "/v1/account", headers=lines)).status_code == 304


async def test_a_304_repeats_the_headers_that_matter(client: Client, tokens: dict[str, str]) -> None:
    product = await new_product(client, tokens, sku="T-304")
    origin = {"Origin": "https://shop.example"}
    for path in (f"/products/{product['id']}", "/products?limit=1", "/docs/errors", "/docs", "/openapi.json", "/v1"):
        where = client.url + "/" if path == "/v1" else path
        first = await client.get(where, headers=origin)
        again = await client.get(where, headers=origin | {"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert "date" in again.headers
        for name in first.headers:
            if name not in ("content-length", "content-type", "content-encoding", "date", "x-request-id"):
                assert again.headers[name] == first.headers[name], (path, name)
        assert not {"content-length", "content-type", "content-encoding"} & again.headers.keys()


async def test_a_merchant_and_a_shopper_have_different_bodies_and_tags(client: Client, tokens: dict[str, str]) -> None:
    product = await new_product(client, tokens, sku="T-two")
    path = f"/products/{product['id']}"
    answers = [await client.get(path, token=tokens[role]) for role in ("merchant", "customer")]
    answers.append(await client.get(path))
    bodies = {answer.content: answer.headers["etag"] for answer in answers}
    assert len(set(bodies.values())) == len(bodies)
    assert all(answer.headers["etag"] == make_tag(answer.content, str(answer.json()["version"])).decode()
               for answer in answers)  # fmt: skip


# --- If-Match -------------------------------------------------------------------------------------


async def test_a_change_names_the_version(client: Client, tokens: dict[str, str]) -> None:
    token = tokens["merchant"]
    made = await client.post("/products", token=token, json=LAMP | {"sku": "T-match"})
    path = f"/products/{made.json()['id']}"
    read = await client.get(path, token=token)
    assert read.headers["etag"] == made.headers["etag"] == make_tag(made.content, "1").decode()
    names = (f"Lamp {n}" for n in count())

    async def change(tag: str) -> int:
        answer = await client.patch(path, token=token, json={"name": next(names)}, headers={"If-Match": tag})
        return answer.status_code

    tag = read.headers["etag"]
    assert await change(tag) == 200  # version 2 from here on
    assert await change(tag) == 412
    # What a proxy appended, a version that the client knows, lists, and anything that is there.
    accepted = ('"2-x-gzip"', '"3"', "4", '"9", "5"', '"x", "6-abc" ,"2"', "*")
    assert [await change(each) for each in accepted] == [200] * len(accepted)
    refused = {'W/"8"': 412, '"x"': 412, '"7", "9"': 412, "abc": 422, '"8": 1': 422, ",": 422, '"-8"': 412}
    assert {each: await change(each) for each in refused} == refused
    weak = await client.patch(path, token=token, json={"name": "S"}, headers={"If-Match": 'W/"8"'})
    assert "weak" in problem(weak, 412, "version_stale")["detail"]
    changed = await client.patch(path, token=token, json={"name": "Last"}, headers={"If-Match": '"8"'})
    assert changed.headers["etag"] == (await client.get(path, token=token)).headers["etag"]


def test_a_list_of_versions_is_short() -> None:
    def scope(given: str) -> dict[str, Any]:
        return {"headers": [(b"if-match", given.encode())]}

    assert wanted_versions(scope('"1", "3-a", "2"')) == [3, 2, 1]
    with pytest.raises(Problem, match="if_match_invalid"):
        wanted_versions(scope(", ".join(f'"{n}"' for n in range(MOST_VERSIONS + 1))))
    # Long nonsense takes no longer than it is long.
    with pytest.raises(Problem, match="if_match_invalid"):
        wanted_versions(scope("," * 30_000 + "x"))
    assert not matches(b'"' * 30_001 + b"," * 30_000, b'"1"')


async def test_a_replayed_answer_has_the_tag_of_the_first(client: Client, token: str) -> None:
    answers = [await client.post("/account/addresses", token=token, key="tag", json=ADDRESS) for _ in range(2)]
    assert [answer.headers.get("idempotent-replayed") for answer in answers] == [None, "true"]
    assert len({answer.headers["etag"] for answer in answers}) == 1
    path = f"/account/addresses/{answers[1].json()['id']}"
    changed = await client.patch(
        path, token=token, json={"city": "Dhaka"}, headers={"If-Match": answers[1].headers["etag"]}
    )
    assert changed.status_code == 200


# --- compression ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True), ("GZIP", True), ("br, gzip;q=0.5", True), ("x-gzip", True), ("gzip;q=1.0, *;q=0", True),
        ("", False), ("*", False), ("br", False), ("gzip;q=0", False), ("gzip;q=0.000", False), ("gzip;q=x", False),
        ("identity, gzip;q=0.5", False), ("notgzip", False),
    ],
)  # fmt: skip
def test_who_accepts_gzip(header: str, accepted: bool) -> None:
    assert accepts_gzip(header.encode()) is accepted


async def _raw(client: Client, path: str, headers: dict[str, str]) -> tuple[httpx.Response, bytes]:
    async with client.http.stream("GET", client.url + path, headers=headers) as answer:
        return answer, b"".join([chunk async for chunk in answer.aiter_raw()])


async def test_a_long_answer_is_compressed(client: Client, tokens: dict[str, str]) -> None:
    lamp = {"description": "A lamp. " * 9, "price": 100, "currency": "USD", "stock": 9}
    for n in range(12):
        made = await client.post(
            "/products", token=tokens["merchant"], json=lamp | {"sku": f"C-{n}", "name": f"Lamp {n}"}
        )
        assert made.status_code == 201
    for path in ("/v1/products?limit=100", "/openapi.json", "/docs/errors", "/console/server.js"):
        plain, body = await _raw(client, path, PLAIN)
        packed, small = await _raw(client, path, GZIP)
        assert len(small) < len(body) / 2
        assert gzip.decompress(small) == body
        assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
        assert int(packed.headers["content-length"]) == len(small)
        assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding, Origin"
        assert packed.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
        again, nothing = await _raw(client, path, GZIP | {"If-None-Match": packed.headers["etag"]})
        assert (again.status_code, nothing, again.headers["vary"]) == (304, b"", "accept-encoding, Origin")
        other, whole = await _raw(client, path, PLAIN | {"If-None-Match": packed.headers["etag"]})
        assert (other.status_code, whole) == (200, body), "it does not have this one"
        head = await client.http.head(client.url + path, headers=GZIP)
        assert head.headers["content-length"] == packed.headers["content-length"]


async def test_a_short_answer_is_not(client: Client, token: str) -> None:
    answer = await client.get("/account", token=token, headers=GZIP)
    assert len(answer.content) < WORTH
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Origin"


async def test_an_answer_to_a_post_is_not(client: Client, tokens: dict[str, str]) -> None:
    long = {"sku": "L", "name": "Lamp", "description": "A lamp. " * 200, "price": 1, "currency": "USD", "stock": 1}
    made = await client.post("/products", token=tokens["merchant"], json=long, headers=GZIP)
    assert len(made.content) > WORTH
    assert "content-encoding" not in made.headers
    changed = await client.patch(
        f"/products/{made.json()['id']}", token=tokens["merchant"], json={"name": "Lamp 2"},
        headers=GZIP | {"If-Match": (await client.get(f"/products/{made.json()['id']}", headers=GZIP)).headers["etag"]},
    )  # fmt: skip
    assert changed.status_code == 200, "the tag of the compressed form names the version, too"


async def test_no_answer_to_a_get_has_a_secret(client: Client) -> None:
    """What is compressed holds nothing that its length could tell (BREACH)."""
    document = (await client.get("/openapi.json")).json()
    secrets = {"access_token", "refresh_token", "secret", "recovery_codes", "password"}
    found = {
        (methods["get"]["operationId"], field)
        for methods in document["paths"].values()
        if "get" in methods
        for field in fields_of(document, methods["get"]["responses"].get("200", {}), set())
        if field in secrets
    }
    # One type serves both: the field is null but in the answer of the POST that made it.
    assert found <= {("get_webhook_endpoint", "secret"), ("list_webhook_endpoints", "secret")}, found


def fields_of(document: dict[str, Any], part: Any, seen: set[str]) -> set[str]:
    """The names of all fields below a part of an OpenAPI document."""
    found: set[str] = set()
    if isinstance(part, list):
        return found.union(*(fields_of(document, each, seen) for each in part))
    if not isinstance(part, dict):
        return found
    if (reference := part.get("$ref")) and reference not in seen:
        seen.add(reference)
        kind, name = reference.split("/")[-2:]
        found |= fields_of(document, document["components"][kind][name], seen)
    found |= set(part.get("properties", ()))
    return found.union(*(fields_of(document, each, seen) for each in part.values()))


async def test_a_stream_still_streams(client: Client, server: WebServer, tokens: dict[str, str]) -> None:
    lamp = {"sku": "S", "name": "Lamp", "description": "", "price": 1, "currency": "USD", "stock": 9}
    product = (await client.post("/products", token=tokens["merchant"], json=lamp)).json()
    items = {"items": [{"product_id": product["id"], "quantity": 1}]}
    order = (await client.post("/orders", token=tokens["customer"], json=items)).json()
    headers = GZIP | {"Authorization": f"Bearer {tokens['customer']}"}
    path = f"{server.url}/v1/orders/{order['id']}/stream"
    async with asyncio.timeout(10), client.http.stream("GET", path, headers=headers) as answer:
        assert not {"content-encoding", "etag"} & answer.headers.keys()
        lines = answer.aiter_lines()
        while "order.created" not in await anext(lines):
            pass
        cancelled = await client.post(f"/orders/{order['id']}/cancel", token=tokens["customer"], key=str(uuid4()))
        assert cancelled.status_code == 200, cancelled.text
        while "order.cancelled" not in await anext(lines):
            pass
