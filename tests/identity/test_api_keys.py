"""API keys: what is stored of them, what ends them, what is recorded of their use. Scopes: tests/security."""

from __future__ import annotations

import asyncio
import hashlib
import re
import uuid
import zlib
from typing import Any

import asyncpg
import pytest

from api.mail import mail as mails
from tests.identity.accounts.test_mail_tokens import JOB
from tests.identity.conftest import Person, hashed
from tests.identity.conftest import stranger as stranger
from tests.mail.conftest import parts
from tests.support.connections import refused

FORM = re.compile(r"sp_test_merchant_[0-9a-f]{80}")
ADDRESS = {"name": "Ada", "line1": "1 Main Street", "city": "Dhaka", "country": "BD"}


@pytest.fixture
async def merchant(stranger: Any) -> Person:
    """A merchant who is logged in."""
    person: Person = await stranger().sign_up(role="merchant")
    person.role = "merchant"
    await person.log_in()
    return person


@pytest.fixture
async def boss(stranger: Any, admin: Any) -> Person:
    """An admin who is logged in."""
    person: Person = await stranger().sign_up()
    await become(admin, person, "admin")
    await person.log_in()
    return person


async def become(admin: Any, person: Person, role: str) -> None:
    await admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1", person.account["id"], role)
    person.role = role


async def make(person: Person, *scopes: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = await person.does("create_api_key", name="Warehouse", scopes=list(scopes), **more)
    return made


async def use(person: Person, key: dict[str, Any], function: str = "get_account", **arguments: Any) -> Any:
    """A call over the connections of the role that the key names."""
    return await person.call(f"web_{key['role']}", function, token=key["key"], **arguments)


async def test_a_key_is_shown_once_and_stored_as_a_hash(merchant: Person, admin: Any) -> None:
    made = await make(merchant, "sales:write", "catalog:read", "catalog:read")
    text = made["key"]
    assert FORM.fullmatch(text)
    assert int(text[-8:], 16) == zlib.crc32(text[:-8].encode())  # scanners of source code tell it from other text
    assert made["scopes"] == ["catalog:read", "sales:write"]
    assert (made["role"], made["hint"], made["last_used_at"]) == ("merchant", f"sp_test_merchant_…{text[-4:]}", None)
    stored = await admin.fetchrow("SELECT k.*, k::text AS all FROM identity.api_keys AS k WHERE id = $1", made["id"])
    assert stored["key_hash"] == hashlib.sha256(text.encode()).digest()
    assert text[49:] not in stored["all"]
    listed = (await merchant.does("list_api_keys"))["data"]
    assert listed == [made | {"key": None}]


async def test_a_key_acts_for_its_account(merchant: Person) -> None:
    key = await make(merchant, "identity:write")
    assert (await use(merchant, key))["id"] == merchant.account["id"]
    assert (await use(merchant, key, "create_address", **ADDRESS))["city"] == "Dhaka"


async def test_keys_make_and_revoke_no_keys_and_neither_does_a_stale_session(merchant: Person, admin: Any) -> None:
    key = await make(merchant, "identity:write")
    more = {"name": "More", "scopes": ["identity:write"]}
    with refused("session_required", "SH403"):
        await use(merchant, key, "create_api_key", **more)
    with refused("session_required", "SH403"):
        await use(merchant, key, "revoke_api_key", key_id=key["id"])
    with refused("session_required", "SH403"):
        await use(merchant, key, "list_api_keys")
    await admin.execute(
        "UPDATE identity.sessions SET confirmed_at = now() - interval '11 minutes' WHERE account_id = $1",
        merchant.account["id"],
    )
    with refused("confirmation_required"):
        await merchant.does("create_api_key", **more)
    with refused("confirmation_required"):
        await merchant.does("revoke_api_key", key_id=key["id"])


async def test_what_is_asked_for_in_some_cases_refuses_a_key_in_those(merchant: Person) -> None:
    """A key changes the name that others see, but not the e-mail."""
    key = await make(merchant, "identity:write")
    assert (await use(merchant, key, "update_account", display_name="Lamps"))["display_name"] == "Lamps"
    with refused("session_required", "SH403"):
        await use(merchant, key, "update_account", email="thief@shop.example")


async def test_what_is_not_valid_is_refused(merchant: Person, stranger: Any, admin: Any) -> None:
    key = await make(merchant, "identity:read")
    for text in (key["key"][:-1], key["key"] + "0", key["key"].replace("merchant", "admin"), "sp_"):
        with refused("api_key_invalid", "SH401"):
            await merchant.call("web_merchant", "get_account", token=text)
    with refused("api_key_invalid", "SH401"):  # connected as somebody else
        await merchant.call("web_admin", "get_account", token=key["key"])
    await admin.execute("UPDATE identity.api_keys SET live = true WHERE id = $1", key["id"])
    with refused("api_key_invalid", "SH401"):  # a copy of a shop in production is none
        await use(merchant, key)
    await admin.execute("UPDATE identity.api_keys SET live = false WHERE id = $1", key["id"])
    await admin.execute("UPDATE identity.api_keys SET expires_at = now() WHERE id = $1", key["id"])
    with refused("api_key_expired", "SH401"):
        await use(merchant, key)
    other: Person = await stranger().sign_up(role="merchant")
    other.role = "merchant"
    await other.log_in()
    with refused("api_key_not_found", "SH404"):
        await other.does("revoke_api_key", key_id=key["id"])
    await merchant.does("revoke_api_key", key_id=key["id"])
    with refused("api_key_revoked", "SH401"):
        await use(merchant, key)
    with refused("api_key_not_found", "SH404"):
        await merchant.does("revoke_api_key", key_id=key["id"])
    assert (await merchant.does("list_api_keys"))["data"] == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"scopes": []}, "api_key_scopes_out_of_range"),
        ({"scopes": [None]}, "api_key_without_scope"),
        ({"scopes": ["audit:read"]}, "api_key_scope_unknown"),
        ({"scopes": ["sales:read"], "expires_at": "2020-01-01T00:00:00Z"}, "api_key_expiry_past"),
    ],
)
async def test_what_a_key_cannot_be(merchant: Person, arguments: dict[str, Any], code: str) -> None:
    with refused(code):
        await merchant.does("create_api_key", name="Warehouse", **arguments)


async def test_a_key_never_exceeds_the_role_of_its_account(boss: Person, admin: Any) -> None:
    key = await make(boss, "identity:read", "payments:read")
    assert await use(boss, key, "list_accounts")
    session = boss.session["access_token"]
    await become(admin, boss, "merchant")
    assert await use(boss, key, "get_merchant_balance")  # narrower, over the connection that the key names
    with refused("forbidden", "SH403"):
        await use(boss, key, "list_accounts")
    for role in ("support", "customer"):
        await become(admin, boss, role)
        with refused("api_key_suspended", "SH401"):
            await use(boss, key)
    await become(admin, boss, "admin")
    boss.session["access_token"] = session
    assert await use(boss, key, "list_accounts")


async def test_a_merchants_key_stays_one_when_its_account_becomes_more(merchant: Person, admin: Any) -> None:
    key = await make(merchant, "identity:read")
    await become(admin, merchant, "admin")
    assert (await use(merchant, key))["role"] == "admin"
    with refused("api_key_invalid"):
        await merchant.call("web_admin", "list_accounts", token=key["key"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await use(merchant, key, "list_accounts")


async def test_a_suspension_stops_keys_and_closing_deletes_them(merchant: Person, admin: Any) -> None:
    key = await make(merchant, "identity:read")
    status = "UPDATE identity.accounts SET status = $2 WHERE id = $1"
    await admin.execute(status, merchant.account["id"], "suspended")
    with refused("account_suspended", "SH401"):
        await use(merchant, key)
    await admin.execute(status, merchant.account["id"], "active")
    await use(merchant, key)
    await merchant.does("close_account")
    with refused("api_key_invalid", "SH401"):
        await use(merchant, key)


async def test_where_staff_need_a_second_factor_their_keys_do_too(boss: Person, admin: Any) -> None:
    key = await make(boss, "identity:read")
    await admin.execute("UPDATE sales.settings SET second_factor_required_for_staff = true")
    try:
        with refused("second_factor_required", "SH403"):
            await use(boss, key)
    finally:
        await admin.execute("UPDATE sales.settings SET second_factor_required_for_staff = DEFAULT")


async def test_keys_outlive_sessions_and_passwords(merchant: Person) -> None:
    key = await make(merchant, "identity:read")
    salt = await merchant.does("get_password_salt")
    current = hashed(merchant.password, salt)
    await merchant.does("change_password", current_password=current, new_password=hashed("Other-1"))
    await merchant.does("delete_session")
    assert await use(merchant, key)


async def test_a_password_reset_by_mail_ends_the_keys_of_whoever_had_the_account(merchant: Person, admin: Any) -> None:
    key = await make(merchant, "identity:read")
    token = await admin.fetchval(
        "SELECT identity.issue_mail_token(uuidv7(), 'password_reset', $1, $2, now())",
        uuid.UUID(merchant.account["id"]), merchant.email,
    )  # fmt: skip
    await admin.execute("SELECT identity.reset_password($1, $2, NULL)", token, hashed("Other-1"))
    with refused("api_key_revoked", "SH401"):
        await use(merchant, key)


async def test_the_owner_is_told_of_a_new_key(merchant: Person, admin: Any) -> None:
    key = await make(merchant, "catalog:read", "sales:read")
    job = await admin.fetchval(JOB, "api_key", merchant.account["id"])
    told = await merchant.call("web_worker", "prepare_mail", mail_id=job)
    assert told["recipient"] == merchant.email
    message = mails.compose(told, "orders@shop.example", "https://shop.example")
    assert message["Subject"] == "An API key was made for your account"
    for part in parts(message):
        assert key["hint"] in part
        assert "catalog:read, sales:read" in part
        assert key["key"] not in part
        assert key["name"] not in part


async def test_an_account_makes_sixty_keys_an_hour(merchant: Person, admin: Any) -> None:
    await make(merchant, "sales:read")
    await admin.execute(
        "UPDATE identity.login_attempts SET attempts = 60 WHERE subject = $1", f"api keys:{merchant.account['id']}"
    )
    with refused("too_many_attempts", "SH429"):
        await make(merchant, "sales:read")


async def test_the_last_use_is_written_once_a_minute_and_nobody_waits_for_it(
    merchant: Person, admin: Any, connect: Any
) -> None:
    key = await make(merchant, "identity:read")
    last = "SELECT last_used_at FROM identity.api_keys WHERE id = $1"

    async def age(time: str) -> None:
        await admin.execute(
            f"UPDATE identity.api_keys SET last_used_at = now() - interval '{time}' WHERE id = $1", key["id"]
        )

    await use(merchant, key)
    first = await admin.fetchval(last, key["id"])
    assert first is not None
    await age("50 seconds")
    before = await admin.fetchval(last, key["id"])
    await use(merchant, key)
    assert await admin.fetchval(last, key["id"]) == before
    await age("70 seconds")
    connection = await connect()
    async with connection.transaction():
        await connection.execute("SELECT FROM identity.api_keys WHERE id = $1 FOR UPDATE", key["id"])
        async with asyncio.timeout(5):
            await use(merchant, key)
    await use(merchant, key)
    assert await admin.fetchval(last, key["id"]) > first


async def test_fifty_keys_also_when_many_are_asked_for_at_once(merchant: Person, admin: Any) -> None:
    await admin.execute(
        "INSERT INTO identity.api_keys (id, account_id, name, hint, key_hash, live, role, scopes, revoked_at)"
        " SELECT uuidv7(), $1, 'Old', '', uuid_send(uuidv7()), false, 'merchant', '{sales:read}',"
        "        CASE WHEN n > 48 THEN now() END FROM generate_series(1, 255) AS n",
        uuid.UUID(merchant.account["id"]),
    )
    answers = await asyncio.gather(*(make(merchant, "sales:read") for _ in range(5)), return_exceptions=True)
    codes = sorted(getattr(answer, "constraint_name", "made") for answer in answers)
    assert codes == ["made"] * 2 + ["too_many_api_keys"] * 3
    # 50 that are valid, and the 200 newest that have ended
    kept = "SELECT count(*) FROM identity.api_keys WHERE account_id = $1"
    assert await admin.fetchval(kept, merchant.account["id"]) == 250


async def test_what_a_key_did_can_be_told_from_what_its_owner_did(merchant: Person, admin: Any) -> None:
    key = await make(merchant, "identity:write")
    by_key = await use(merchant, key, "create_address", **ADDRESS)
    by_owner = await merchant.does("create_address", **ADDRESS)
    audited = "SELECT actor_id::text, api_key_id::text FROM audit.changes WHERE row_id = $1 AND operation = 'INSERT'"
    assert tuple(await admin.fetchrow(audited, by_key["id"])) == (merchant.account["id"], key["id"])
    assert tuple(await admin.fetchrow(audited, by_owner["id"])) == (merchant.account["id"], None)
    await merchant.does("revoke_api_key", key_id=key["id"])
    events = await admin.fetch(
        "SELECT detail ->> 'reason' AS reason, actor_id::text, api_key_id IS NOT NULL AS keyed,"
        " session_id IS NOT NULL AS session FROM audit.security_events"
        " WHERE kind = 'api_key_changed' AND detail ->> 'name' = $1 ORDER BY id",
        key["id"],
    )
    me = merchant.account["id"]
    assert [tuple(event) for event in events] == [
        ("added", me, False, True), ("first_used", me, True, False), ("removed", me, False, True),
    ]  # fmt: skip


async def test_a_refusal_is_found_by_account_and_key(merchant: Person, admin: Any) -> None:
    key = await make(merchant, "identity:read")
    refusal = {
        "operation": "list_orders", "code": "scope_missing", "status": 403, "request_id": "r", "occurrences": 1,
        "client_address": "192.0.2.7", "user_agent": "curl", "token": key["key"],
    }  # fmt: skip
    await merchant.call("web_gateway", "record_refusals", refusals=[refusal])
    found = await admin.fetchrow(
        "SELECT account_id::text, api_key_id::text FROM audit.security_events"
        " WHERE kind = 'access_refused' AND detail ->> 'code' = 'scope_missing' AND client_address = '192.0.2.7'"
    )
    assert tuple(found) == (merchant.account["id"], key["id"])


async def test_keys_that_have_ended_are_deleted_after_ninety_days(merchant: Person, admin: Any) -> None:
    ended, valid = await make(merchant, "sales:read"), await make(merchant, "sales:read")
    await admin.execute(
        "UPDATE identity.api_keys SET revoked_at = now() - interval '91 days', expires_at = NULL WHERE id = $1",
        ended["id"],
    )
    await merchant.call("web_worker", "purge_expired")
    left = await admin.fetch("SELECT id::text FROM identity.api_keys WHERE account_id = $1", merchant.account["id"])
    assert [row["id"] for row in left] == [valid["id"]]
