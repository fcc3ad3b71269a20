"""Texts: what looks alike is alike, what cannot be seen is refused with a sentence, and every script works."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Any

import pytest

from tests.support.connections import refused
from tests.support.web import Client

PASSWORD = "Correct-Horse-7"
ADDRESS = {"name": "Ada", "line1": "1 Lane", "city": "Bath", "country": "GB"}
# Zero width space, word joiner, byte order mark, soft hyphen, controls, and what turns the direction of a text.
UNSEEN = [*"\u200b\u2060\ufeff\u00ad\u200e\u202a\u202e\u2066\u2069\u0007\u0085\u3164", "\U000e0041"]


async def sign_up(client: Client, **fields: Any) -> Any:
    return await client.post("/accounts", json={"password": PASSWORD, **fields})


@pytest.fixture
async def token(client: Client) -> str:
    email = f"{uuid.uuid4().hex}@example.com"
    await sign_up(client, email=email)
    answer = await client.post("/sessions", json={"email": email, "password": PASSWORD})
    access: str = answer.json()["access_token"]
    return access


@pytest.fixture
async def seller(client: Client) -> str:
    email = f"{uuid.uuid4().hex}@example.com"
    await sign_up(client, email=email, role="merchant")
    answer = await client.post("/sessions", json={"email": email, "password": PASSWORD})
    access: str = answer.json()["access_token"]
    return access


def is_sentence(text: str) -> bool:
    return text[0].isupper() | text[0].isdigit() and text.endswith(".") and not set(text) & set("^$\\[]{}|")


@pytest.mark.parametrize("unseen", [*UNSEEN, "\u200c", "\u200d", "\ufe0f"], ids=ascii)
async def test_an_email_has_no_invisible_characters(client: Client, unseen: str) -> None:
    """Case S8."""
    for email in (f"bo{unseen}b@example.com", f"bob@exa{unseen}mple.com"):
        answer = await sign_up(client, email=email)
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["pointer"] == "/email"
        assert error["detail"].startswith("An e-mail address such as ada@example.com")
        assert is_sentence(error["detail"])


async def test_an_email_is_trimmed_and_composed_everywhere(client: Client, admin: Any) -> None:
    """Case S8: the account of " zoë@example.com" is that of "zoë@example.com", typed either way."""
    name = f"zo\u00eb{uuid.uuid4().hex}"
    typed = f" \u00a0{unicodedata.normalize('NFD', name)}@example.com\t"
    made = await sign_up(client, email=typed, display_name="  Zoe\u0308 ", handle=f" z{uuid.uuid4().hex[:9]} ")
    assert (made.status_code, made.json()["email"], made.json()["display_name"]) == (
        201, f"{name}@example.com", "Zo\u00eb",
    )  # fmt: skip
    assert made.json()["handle"].startswith("z")
    again = await sign_up(client, email=f"{name}@example.com")
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")
    for email in (typed, f"{name}@example.com"):
        assert (await client.post("/sessions", json={"email": email, "password": PASSWORD})).status_code == 201
    assert (await client.post("/password-resets", json={"email": typed})).status_code == 204
    mails = "SELECT count(*) FROM messaging.outbox WHERE payload ->> 'account_id' = $1"
    assert await admin.fetchval(mails, made.json()["id"]) >= 1


async def test_a_password_is_taken_as_it_is(client: Client) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    await client.post("/accounts", json={"email": email, "password": f" {PASSWORD} "})
    refusal = await client.post("/sessions", json={"email": email, "password": PASSWORD})
    assert refusal.status_code == 401
    assert (await client.post("/sessions", json={"email": email, "password": f" {PASSWORD} "})).status_code == 201


@pytest.mark.parametrize("unseen", [*UNSEEN, "\n"], ids=ascii)
async def test_a_line_has_no_characters_that_deceive(client: Client, token: str, unseen: str) -> None:
    for field in ("name", "line1", "city", "postal_code"):
        answer = await client.post("/account/addresses", token=token, json={**ADDRESS, field: f"Al{unseen}ice"})
        assert answer.status_code == 422, field
        [error] = answer.json()["errors"]
        assert (error["pointer"], is_sentence(error["detail"])) == (f"/{field}", True)


@pytest.mark.parametrize(
    "name",
    [
        "می‌خواهم",  # Persian: a non-joiner inside a word
        "क्‍ष श्री",  # Hindi: a joiner after the virama
        "ശ്രീ ന്‍",  # Malayalam, a joiner at the end
        "👩‍🚀 ❤️‍🔥 👨‍👩‍👧‍👦",  # emoji of several
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 1️⃣ ☎️",  # a flag of tags, a keycap
        "葛\U000e0100城",  # a variant of a character, in a Japanese name
        "שלום Ünïcode Ångström",
        "กรุงเทพ ខ្មែរ",
    ],
)
async def test_every_script_works(client: Client, token: str, name: str) -> None:
    made = await client.post("/account/addresses", token=token, json={**ADDRESS, "name": name})
    assert made.status_code == 201, made.json()
    assert made.json()["name"] == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "name", ["Al\u200dice", "\u200cAlice", "Alice\u200d", "А\u200dлиса", "Al\ufe0fice", "x\U000e0067"]
)
async def test_joiners_and_selectors_do_not_hide_between_letters_that_need_none(
    client: Client, token: str, name: str
) -> None:
    answer = await client.post("/account/addresses", token=token, json={**ADDRESS, "name": name})
    assert answer.status_code == 422


async def test_descriptions_have_lines_and_no_reversed_text(client: Client, seller: str) -> None:
    lamp = {"name": "Lamp", "sku": "L-1", "price": 1, "currency": "USD", "stock": 1}
    text = "One\r\n\tTwo\n\nsoft\u00adhyphen \u200fRTL mark"
    made = await client.post("/products", token=seller, json={**lamp, "description": f" {text}\n"})
    assert (made.status_code, made.json()["description"]) == (201, text)
    for character in "\u202e\u2066\ufeff\u0000\u001b":
        answer = await client.post(
            "/products", token=seller, json={**lamp, "sku": "L-2", "description": f"a{character}b"}
        )
        assert answer.status_code == 422, ascii(character)
    trimmed = await client.post("/products", token=seller, json={**lamp, "sku": " L-3 ", "description": ""})
    assert (trimmed.status_code, trimmed.json()["sku"]) == (201, "L-3")
    odd = await client.post("/products", token=seller, json={**lamp, "sku": "L\u200b4", "description": ""})
    assert odd.json()["errors"] == [
        {
            "pointer": "/sku",
            "detail": "An SKU has up to 64 letters, digits, dots, dashes, slashes, underscores, "
            "and begins with a letter or digit.",
        }
    ]


async def test_an_import_follows_the_same_rules(client: Client, seller: str) -> None:
    head = "sku,name,description,price,currency\n"
    headers = {"Content-Type": "text/csv"}

    async def send(line: str) -> Any:
        return await client.post("/products/import", token=seller, content=(head + line).encode(), headers=headers)

    made = await send("\u00a0C-1 , Cafe\u0301 ,Line,100,USD\n")
    assert made.status_code == 201, made.json()
    [product] = (await client.get("/merchant/products", token=seller)).json()["data"]
    assert (product["sku"], product["name"]) == ("C-1", "Café")
    for line, code in (
        ("C-2,La\u202emp,x,100,USD\n", "text_characters"),
        ("C-2,Lamp,x\u202ey,100,USD\n", "text_characters"),
        ("C\u200b2,Lamp,x,100,USD\n", "sku_malformed"),
    ):
        answer = await send(line)
        assert answer.status_code == 422
        [report] = answer.json()["import"]["report"]
        assert (report["code"], is_sentence(report["message"])) == (code, True)


async def test_messages_are_the_sentences_of_the_domains(client: Client, token: str) -> None:
    answer = await client.post(
        "/account/addresses", token=token, json={**ADDRESS, "country": "gb", "name": "", "city": "x" * 201}
    )
    details = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert details.keys() == {"/country", "/name", "/city"}
    assert details["/country"] == "A country's code (ISO 3166-1 alpha-2), such as BD."
    assert details["/name"] == details["/city"]
    assert details["/name"].startswith("1 to 200 characters")
    answer = await client.get("/products", params={"limit": 1000, "sort": "dearest"})
    details = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert details["/limit"] == "The largest number of rows on a page, 1 to 100."
    assert details["/sort"] == "The order of the products. One of: relevance, newest, name, price, -price."


async def test_the_database_refuses_them_by_itself(call: Any) -> None:
    """Whoever calls the function without our web tier: nothing is trimmed for them, and nothing gets in."""
    for email in (" a@example.com", "a\u200b@example.com", "a\u202e@example.com", "zoe\u0308@example.com"):
        with refused("email_malformed", "23514"):
            await call("web_anonymous", "create_account", email=email, password="x" * 60)
    with refused("text_characters", "23514"):
        await call("web_anonymous", "create_account", email="a@example.com", password="x" * 60, display_name="a\u202eb")
