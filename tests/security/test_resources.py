"""Nothing large is read or computed before the caller is known: cases S1, S2, and the same mistake elsewhere."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.support.web import Client, WebServer

SERVER_ENVIRONMENT = {"TRUSTED_PROXIES": "127.0.0.1", "RATE_LIMIT": "0", "REQUEST_TIMEOUT": "30"}
PASSWORD_COST = 10  # slow enough for a queue; 12 is four times as slow
PASSWORD = "Correct-Horse-7"
MEGABYTE = 1024 * 1024


def at(address: str) -> dict[str, str]:
    """The header of a trusted proxy: where the request comes from."""
    return {"X-Forwarded-For": address}


def forged(role: str) -> str:
    """A token that looks like ours and has another signature."""

    def part(claims: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    claims = {"sub": "01890a5d-ac96-774b-bcce-b302099a8057", "role": role, "exp": time.time() + 900}
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{'A' * 43}"


@pytest.fixture(scope="module")
async def seller(call: Any, admin: Any) -> str:
    await call("web_anonymous", "create_account", email="seller@shop.example", password="x" * 60, role="merchant")
    token: str = await admin.fetchval("SELECT identity.issue_local_token('merchant', 'seller@shop.example')")
    return token


async def upload(server: WebServer, path: str, kind: str, token: str | None, size: int) -> tuple[bytes, bytes, int]:
    """Sends a body for as long as it is wanted. Returns the status line, the response, how many bytes were sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"POST /v1{path} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n"
    if token is not None:
        head += f"Authorization: Bearer {token}\r\n"
    writer.write(head.encode() + b"\r\n")
    sent = 0
    answer = asyncio.create_task(reader.readuntil(b"}"))  # all of them are problems
    with suppress(OSError):
        while sent < size and not answer.done():
            writer.write(b"a" * 65536)
            sent += 65536
            await writer.drain()
            await asyncio.sleep(0.001)
    try:
        said = await asyncio.wait_for(answer, 10)
    except asyncio.IncompleteReadError as error:
        raise AssertionError(f"{path}: cut off after {sent} bytes, and {error.partial!r}") from None
    writer.close()
    return said.partition(b"\r\n")[0], said, sent


async def test_a_file_with_a_forged_token_is_refused_before_it_is_read(server: WebServer) -> None:
    """S1: 40 MB to POST /products/import with a token that is not signed by us: 401 before the body is read."""
    for token, code in ((forged("merchant"), b"token_invalid"), (forged("admin"), b"token_invalid"), (None, b"token_")):
        status, said, sent = await upload(server, "/products/import", "text/csv", token, 40 * MEGABYTE)
        assert status == b"HTTP/1.1 401 Unauthorized"
        assert code in said
        assert sent < 8 * MEGABYTE  # what fits into the buffers of two sockets


async def test_a_file_of_a_customer_is_refused_before_it_is_read(server: WebServer, call: Any, admin: Any) -> None:
    await call("web_anonymous", "create_account", email="buyer@shop.example", password="x" * 60)
    token = await admin.fetchval("SELECT identity.issue_local_token('customer', 'buyer@shop.example')")
    status, _, sent = await upload(server, "/products/import", "text/csv", token, 40 * MEGABYTE)
    assert status.startswith(b"HTTP/1.1 403")
    assert sent < 8 * MEGABYTE


async def test_large_bodies_need_a_token_that_is_ours(server: WebServer, seller: str) -> None:
    json_, large = "application/json", 14 * 65536
    for path, token, expected in (
        ("/orders", forged("customer"), b"401"),
        ("/products", forged("merchant"), b"401"),
        ("/accounts", None, b"413"),
        ("/sessions", None, b"413"),
        ("/orders", None, b"413"),
        ("/products", seller, b"400"),  # read, and no JSON
    ):
        status, _, _ = await upload(server, path, json_, token, large)
        assert status.split()[1] == expected, (path, status)


async def test_a_body_of_unknown_length_is_checked_as_well(client: Client) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b"a" * 16_384

    headers = {"Content-Type": "application/json"}
    answer = await client.post("/orders", token=forged("customer"), content=pieces(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    answer = await client.post("/sessions", content=pieces(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_account_sends_one_file_at_a_time(client: Client, server: WebServer, seller: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = (
        f"POST /v1/products/import HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nAuthorization: Bearer {seller}\r\n"
    )
    writer.write(head.encode() + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 100")  # it has its place
    headers = {"Content-Type": "text/csv"}
    answer = await client.post("/products/import", token=seller, content=b"sku\n", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    writer.close()
    for _ in range(100):
        answer = await client.post("/products/import", token=seller, content=b"sku\n", headers=headers)
        if answer.status_code != 429:
            break
    assert answer.json()["code"] == "import_empty"


async def test_a_file_of_too_many_lines_is_not_read_to_its_end(client: Client, seller: str) -> None:
    lines = b"sku,name,price,currency\n" + b"A,B,1,USD\n" * 2_000_000
    begin = time.monotonic()
    answer = await client.post("/products/import", token=seller, content=lines, headers={"Content-Type": "text/csv"})
    assert (answer.status_code, answer.json()["code"]) == (422, "import_too_long")
    assert time.monotonic() - begin < 10


# --- passwords --------------------------------------------------------------------------------------


async def sign_up(client: Client, email: str, address: str) -> None:
    given = {"email": email, "password": PASSWORD}
    assert (await client.post("/accounts", json=given, headers=at(address))).status_code == 201


async def log_in(client: Client, email: str, address: str, **headers: str) -> httpx.Response:
    given = {"email": email, "password": PASSWORD}
    return await client.post("/sessions", json=given, headers=at(address) | headers)


async def test_reset_tokens_that_are_tried_do_not_stop_log_ins(client: Client) -> None:
    """S2: 150 x POST /password-resets/confirm with token `x`, in parallel: log-ins of others are not affected."""
    people = [f"s2-{i}@shop.example" for i in range(5)]
    for i, email in enumerate(people):
        await sign_up(client, email, f"198.51.100.{i}")
    begin = time.monotonic()
    given = {"token": "x", "new_password": PASSWORD}
    flood = [
        asyncio.create_task(client.post("/password-resets/confirm", json=given, headers=at("203.0.113.9")))
        for _ in range(150)
    ]
    await asyncio.sleep(0.05)
    sessions = await asyncio.gather(*(log_in(client, email, f"198.51.100.{i}") for i, email in enumerate(people)))
    slowest = time.monotonic() - begin
    answers = Counter((each.status_code, each.json()["code"]) for each in await asyncio.gather(*flood))
    print(f"S2: five log-ins within {slowest:.2f} s; the flood: {dict(answers)}")
    assert [session.status_code for session in sessions] == [201] * 5
    assert answers == {(422, "mail_token_invalid"): 100, (429, "too_many_attempts"): 50}


async def test_a_flood_of_sign_ups_does_not_stop_log_ins(client: Client) -> None:
    await sign_up(client, "flooded@shop.example", "198.51.100.1")

    async def flood(i: int) -> int:
        given = {"email": f"flood{i}@shop.example", "password": PASSWORD}
        return (await client.post("/accounts", json=given, headers=at("2001:db8:1:2::%x" % (i + 1)))).status_code

    sent = [asyncio.create_task(flood(i)) for i in range(150)]
    await asyncio.sleep(0.1)
    begin = time.monotonic()
    session = await log_in(client, "flooded@shop.example", "198.51.100.1")
    seconds = time.monotonic() - begin
    answers = Counter(await asyncio.gather(*sent))
    print(f"sign-ups: one log-in took {seconds:.2f} s; the flood: {dict(answers)}")
    assert session.status_code == 201
    assert answers[429] > 20  # how many depends on how fast they come and hashes are made


async def test_the_page_of_a_reset_link_computes_no_hash_for_a_token_that_is_not_valid(client: Client) -> None:
    fields = {"token": "x", "new_password": PASSWORD}
    answers = await asyncio.gather(
        *(client.post(f"{client.url}/reset-password", data=fields, headers=at("203.0.113.77")) for _ in range(120))
    )
    assert Counter(answer.status_code for answer in answers) == {422: 100, 429: 20}


async def test_the_device_that_logged_in_is_known_by_its_cookie(client: Client) -> None:
    email = "device@shop.example"
    await sign_up(client, email, "198.51.100.9")
    first = await log_in(client, email, "198.51.100.9")
    (cookie,) = [each for each in first.headers.get_list("set-cookie") if each.startswith("device=")]
    assert "HttpOnly" in cookie
    assert "Path=/v1/sessions" in cookie
    device = cookie.partition(";")[0]
    wrong = {"email": email, "password": "Wrong-Horse-7"}
    counted = 0
    for i in range(50):  # what a busy server has no time for is answered 503 and is no attempt
        answers = await asyncio.gather(
            *(client.post("/sessions", json=wrong, headers=at(f"203.0.113.{100 + i}")) for _ in range(10))
        )
        counted += sum(answer.status_code == 401 for answer in answers)
        if counted >= 50:
            break
    refused = await log_in(client, email, "203.0.113.200")
    assert refused.json()["code"] == "too_many_attempts"
    again = await log_in(client, email, "203.0.113.200", Cookie=device)
    assert again.status_code == 201, again.text
    assert any(each.startswith(f"{device};") for each in again.headers.get_list("set-cookie"))


async def test_a_reset_makes_the_network_a_known_one(client: Client, admin: Any) -> None:
    email = "reset@shop.example"
    await sign_up(client, email, "198.51.100.20")
    account = await admin.fetchval("SELECT id FROM identity.accounts WHERE email = $1", email)
    await admin.execute(
        "INSERT INTO identity.mail_tokens (token_hash, account_id, purpose, email, expires_at) "
        "VALUES (sha256('secret'), $1, 'password_reset', $2, now() + interval '1 hour')",
        account,
        email,
    )
    given = {"token": "secret", "new_password": PASSWORD}
    weak = await client.post(
        "/password-resets/confirm", json=given | {"new_password": "weak"}, headers=at("198.51.100.21")
    )
    assert weak.json()["code"] == "password_weak"
    answer = await client.post("/password-resets/confirm", json=given, headers=at("198.51.100.21"), key="k1")
    assert answer.status_code == 204
    repeated = await client.post("/password-resets/confirm", json=given, headers=at("198.51.100.21"), key="k1")
    assert (repeated.status_code, repeated.headers.get("idempotent-replayed")) == (204, "true")
    known = "SELECT count(*) FROM identity.known_devices WHERE account_id = $1"
    assert await admin.fetchval(known, account) == 1
