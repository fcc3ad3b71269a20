"""Who is calling: tokens, cookies, and pages of other origins."""

from __future__ import annotations

import pytest

from api.http.authentication import read_token
from api.http.errors import Problem
from tests.http.conftest import problem
from tests.support.web import Client, WebServer

pytestmark = pytest.mark.anyio

SERVER_ENVIRONMENT = {"CORS_ORIGINS": "https://shop.example"}


@pytest.mark.parametrize(
    "header",
    [
        "Bearer x",
        "Bearer a.b.c",
        "Bearer e30.e30.e30",
        "Bearer",
        "Basic YTpi",
        "Bearer e30.eyJyb2xlIjoicm9vdCJ9.e30",  # role root
        "Bearer e30.eyJyb2xlIjoid29ya2VyIn0.e30",  # role worker: a pool, but nobody's token
        "Bearer e30.eyJyb2xlIjpbXX0.e30",  # role []
        "Bearer ä.ö.ü",
    ],
)
async def test_a_token_that_is_none(client: Client, header: str) -> None:
    answer = await client.get("/account", headers={"Authorization": header.encode("latin-1")})
    problem(answer, 401, "token_invalid")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_what_is_kept_of_tokens_is_small(token: str) -> None:
    assert read_token(token, cookie=False).role == "customer"
    with pytest.raises(Problem, match="token_invalid"):
        read_token(token + "x" * 2000, cookie=False)


async def test_no_token_and_the_wrong_role(client: Client, token: str) -> None:
    problem(await client.get("/account"), 401, "token_missing")
    problem(await client.get("/invariants", token=token), 403, "forbidden")
    problem(await client.post("/products", json={"name": "x"}), 422, "request_invalid")


async def test_a_cookie_changes_nothing_from_a_foreign_page(client: Client, server: WebServer, token: str) -> None:
    cookies = {"access_token": token}
    assert (await client.get("/account", cookies=cookies)).status_code == 200
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Referer": "https://evil.example/x"}):
        answer = await client.patch("/account", cookies=cookies, json={"display_name": "E"}, headers=headers)
        problem(answer, 403, "origin_refused")
    for headers in ({"Origin": server.url}, {"Origin": "https://shop.example"}, {"Referer": server.url + "/x"}):
        answer = await client.patch("/account", cookies=cookies, json={"display_name": "A"}, headers=headers)
        assert answer.status_code == 200


async def test_pages_of_other_origins(client: Client, token: str) -> None:
    ours, theirs = {"Origin": "https://shop.example"}, {"Origin": "https://evil.example"}
    answer = await client.get("/account", token=token, headers=ours)
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert "etag" in answer.headers["access-control-expose-headers"].lower()
    assert answer.headers["vary"] == "Origin"
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotency-key"}
    answer = await client.request("OPTIONS", "/orders", headers=ours | preflight)
    assert (answer.status_code, "POST" in answer.headers["access-control-allow-methods"]) == (200, True)
    assert "idempotency-key" in answer.headers["access-control-allow-headers"]
    for answer in (
        await client.get("/account", token=token, headers=theirs),
        await client.request("OPTIONS", "/orders", headers=theirs | preflight),
    ):
        assert "access-control-allow-origin" not in answer.headers
