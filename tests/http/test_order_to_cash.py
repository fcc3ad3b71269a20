"""The shop over HTTP, as a client meets it: the README's own commands, sessions, and many at once."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.support.gateways import mock_books_agree as mock_books_agree

pytestmark = pytest.mark.usefixtures("mock_books_agree")

ROOT = Path(__file__).parents[2]
PASSWORD = "Correct-Horse-9"
# bcrypt is slow on purpose; log-ins here take their turns, not their tokens' time.
SERVER_ENVIRONMENT = {"RATE_LIMIT": "0"}


@pytest.fixture(scope="module")
async def demo(admin: asyncpg.Connection[Any]) -> None:
    await admin.execute((ROOT / "db" / "demo" / "demo.sql").read_text())


async def sign_up(client: Any, **fields: Any) -> str:
    email = f"{uuid4().hex}@example.com"
    made = await client.post("/accounts", json={"email": email, "password": PASSWORD, **fields})
    assert made.status_code == 201, made.text
    return email


async def log_in(client: Any, email: str, **fields: Any) -> dict[str, Any]:
    made = await client.post("/sessions", json={"email": email, "password": PASSWORD, **fields})
    assert made.status_code == 201, made.text
    session: dict[str, Any] = made.json()
    return session


async def product(client: Any, stock: int) -> dict[str, Any]:
    seller = await log_in(client, await sign_up(client, role="merchant"))
    given = {"name": "Lamp", "description": "", "sku": uuid4().hex, "price": 500, "currency": "USD", "stock": stock}
    made = await client.post("/products", token=seller["access_token"], json=given)
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def tokens(call: Any, admin: asyncpg.Connection[Any], count: int) -> list[str]:
    """Customers without the quarter of a second that a bcrypt log-in costs."""
    found = []
    for _ in range(count):
        email = f"{uuid4().hex}@example.com"
        await call("web_anonymous", "create_account", email=email, password="x" * 60)
        found.append(await admin.fetchval("SELECT identity.issue_local_token('customer', $1)", email))
    return found


async def test_the_readme_sells_a_lamp(server: Any, demo: None) -> None:
    """Its commands as they stand, with this server's address."""
    text = (ROOT / "README.md").read_text()
    script = next(block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "first-order" in block)
    script = script.replace("http://127.0.0.1:8000", server.url)
    run = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr + run.stdout
    assert "\npaid\n" in run.stdout
    assert '"type":"order.paid"' in run.stdout


async def test_a_refresh_token_is_good_once_and_a_thief_ends_the_session(client: Any) -> None:
    session = await log_in(client, await sign_up(client))
    assert (session["token_type"], session["expires_in"]) == ("Bearer", 900)
    second = await client.post("/sessions/refresh", json={"refresh_token": session["refresh_token"]})
    assert second.status_code == 200
    again = await client.post("/sessions/refresh", json={"refresh_token": session["refresh_token"]})
    assert (again.status_code, again.json()["code"]) == (401, "refresh_token_reused")
    for token in (session["access_token"], second.json()["access_token"]):
        assert (await client.get("/account", token=token)).json()["code"] == "session_revoked"
    after = await client.post("/sessions/refresh", json={"refresh_token": second.json()["refresh_token"]})
    assert (after.status_code, after.json()["code"]) == (401, "refresh_token_invalid")


async def test_cookies_instead_of_tokens(client: Any) -> None:
    email = await sign_up(client)
    made = await client.post("/sessions", json={"email": email, "password": PASSWORD, "cookies": True})
    assert made.json()["access_token"] is None
    assert made.json()["refresh_token"] is None
    cookies = {}
    for header in made.headers.get_list("set-cookie"):
        assert "HttpOnly" in header
        assert "SameSite" in header
        name, value = header.split(";")[0].split("=", 1)
        cookies[name] = value
    assert (await client.get("/account", cookies=cookies)).json()["email"] == email
    change = {"display_name": "Eve"}
    foreign = await client.patch("/account", cookies=cookies, json=change, headers={"Origin": "https://evil.example"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "origin_refused")
    own = await client.patch("/account", cookies=cookies, json=change, headers={"Origin": client.url})
    assert (own.status_code, own.json()["display_name"]) == (200, "Eve")
    out = await client.delete("/sessions/current", cookies=cookies, headers={"Origin": client.url})
    assert out.status_code == 204
    assert any("Max-Age=0" in header or "1970" in header for header in out.headers.get_list("set-cookie"))
    assert (await client.get("/account", cookies=cookies)).status_code == 401


async def test_a_new_password_ends_the_other_sessions(client: Any) -> None:
    email = await sign_up(client)
    here, there = await log_in(client, email), await log_in(client, email)
    change = {"current_password": "Wrong-Horse-9", "new_password": "Better-Horse-10"}
    wrong = await client.put("/account/password", token=here["access_token"], json=change)
    assert (wrong.status_code, wrong.json()["code"]) == (403, "password_wrong")
    change["current_password"] = PASSWORD
    assert (await client.put("/account/password", token=here["access_token"], json=change)).status_code == 204
    assert (await client.get("/account", token=here["access_token"])).status_code == 200
    assert (await client.get("/account", token=there["access_token"])).json()["code"] == "session_revoked"
    old = await client.post("/sessions", json={"email": email, "password": PASSWORD})
    assert (old.status_code, old.json()["code"]) == (401, "credentials_invalid")


async def test_guessing_is_throttled_and_says_how_long(client: Any) -> None:
    email = await sign_up(client)
    guesses = [await client.post("/sessions", json={"email": email, "password": f"Guess-{n}-aA"}) for n in range(12)]
    codes = Counter((g.status_code, g.json()["code"]) for g in guesses)
    assert codes == {(401, "credentials_invalid"): 10, (429, "too_many_attempts"): 2}
    assert 0 < int(guesses[-1].headers["retry-after"]) <= 900


async def test_fifty_buyers_for_five_pieces(client: Any, call: Any, admin: asyncpg.Connection[Any]) -> None:
    lamp = await product(client, stock=5)
    order = {"items": [{"product_id": lamp["id"], "quantity": 1}]}
    answers = await asyncio.gather(
        *(client.post("/orders", token=token, json=order) for token in await tokens(call, admin, 50))
    )
    assert Counter(a.status_code for a in answers) == {201: 5, 409: 45}
    refusals = [a.json() for a in answers if a.status_code == 409]
    assert {(r["code"], r["available"]) for r in refusals} == {("out_of_stock", 0)}
    broken = await admin.fetch("SELECT name FROM audit.check_invariants() WHERE NOT ok")
    assert broken == []


async def test_one_key_twenty_times_at_once_is_one_order(
    client: Any, call: Any, admin: asyncpg.Connection[Any]
) -> None:
    lamp, (token,) = await product(client, stock=100), await tokens(call, admin, 1)
    order = {"items": [{"product_id": lamp["id"], "quantity": 1}]}
    answers = await asyncio.gather(*(client.post("/orders", token=token, json=order, key="once") for _ in range(20)))
    assert {a.status_code for a in answers} <= {201, 409}
    assert len({a.json()["id"] for a in answers if a.status_code == 201}) == 1
    assert len((await client.get("/orders", token=token)).json()["data"]) == 1
    replay = await client.post("/orders", token=token, json=order, key="once")
    assert (replay.status_code, replay.headers["idempotent-replayed"]) == (201, "true")
    order["items"][0]["quantity"] = 2
    other = await client.post("/orders", token=token, json=order, key="once")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


BAD_ORDERS: list[tuple[Any, int, str]] = [
    ({}, 422, "request_invalid"),
    ({"items": []}, 422, "order_empty"),
    ({"items": "three lamps"}, 422, "request_invalid"),
    ({"items": [{"product_id": "x", "quantity": 1}]}, 422, "request_invalid"),
    ({"items": [{"product_id": "LAMP"}]}, 422, "request_invalid"),
    ({"items": [{"product_id": "LAMP", "quantity": 0}]}, 422, "request_invalid"),
    ({"items": [{"product_id": "LAMP", "quantity": -1}]}, 422, "request_invalid"),
    ({"items": [{"product_id": "LAMP", "quantity": 1.5}]}, 422, "request_invalid"),
    ({"items": [{"product_id": "LAMP", "quantity": 10**30}]}, 422, "request_invalid"),
    ({"items": [{"product_id": "LAMP", "quantity": 9000}] * 2}, 422, "quantity_out_of_range"),
    ({"items": [{"product_id": "LAMP", "quantity": 1, "price": 1}]}, 422, "request_invalid"),
    ({"items": [{"product_id": "LAMP", "quantity": 1}], "currency": "usd"}, 422, "request_invalid"),
    ({"items": [{"product_id": "LAMP", "quantity": 1}], "currency": "XXX"}, 422, "currency_unknown"),
    ({"items": [{"product_id": "LAMP", "quantity": 1}], "currency": "EUR"}, 422, "product_not_sold_in_currency"),
    ({"items": [{"product_id": "LAMP", "quantity": 1}], "promo_code": "FREE"}, 422, "promo_code_unknown"),
    ({"items": [{"product_id": "NOBODY", "quantity": 1}]}, 404, "product_not_found"),
    ({"items": [{"product_id": "LAMP", "quantity": 1}], "shipping_address_id": "NOBODY"}, 404, "address_not_found"),
    ({"items": [{"product_id": "LAMP", "quantity": 101}]}, 409, "out_of_stock"),
    ({"items": [{"product_id": "LAMP", "quantity": 1}], "promo_code": "\x00"}, 422, "request_invalid"),
]


async def test_a_bad_order_gets_a_clear_answer_and_has_no_effect(
    client: Any, call: Any, admin: asyncpg.Connection[Any]
) -> None:
    lamp, (token,) = await product(client, stock=100), await tokens(call, admin, 1)
    for body, status, code in BAD_ORDERS:
        text = re.sub("NOBODY", str(uuid4()), re.sub("LAMP", lamp["id"], json.dumps(body)))
        answer = await client.post("/orders", token=token, content=text, headers={"Content-Type": "application/json"})
        problem = answer.json()
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
            body,
            problem,
        )
        assert problem["code"] == code or (code == "request_invalid" and status == 422), (body, problem)
        assert {"type", "title", "status", "detail", "code", "request_id"} <= problem.keys()
    assert (await client.get("/orders", token=token)).json()["data"] == []
    assert (await client.get(f"/products/{lamp['id']}")).json()["available"] == 100


async def test_what_fuzzing_found(client: Any) -> None:
    lamp = await product(client, stock=1)
    seller = await log_in(client, await sign_up(client, role="merchant"))
    huge = {
        "name": "x",
        "description": "",
        "sku": "x",
        "price": 1,
        "currency": "USD",
        "stock": 1,
        "attributes": {"a": 1e308},
    }
    assert (await client.post("/products", token=seller["access_token"], json=huge)).status_code == 201
    offset = await client.get(f"/products/{lamp['id']}/prices?as_of=2569-05-28T14:35:32%2B23:58")
    assert (offset.status_code, offset.json()["code"]) == (422, "value_invalid")
