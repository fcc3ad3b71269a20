"""Signing up, the own profile, the own password."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from tests.identity.conftest import hashed
from tests.support.connections import refused


async def test_sign_up_makes_a_customer(stranger: Any, admin: Any) -> None:
    person = await stranger().sign_up(handle="ada_l", display_name="Ada")
    assert person.account | {"id": "", "created_at": "", "email": ""} == {
        "id": "",
        "email": "",
        "pending_email": None,
        "handle": "ada_l",
        "display_name": "Ada",
        "role": "customer",
        "status": "active",
        "email_verified": False,
        "tax_id": None,
        "tax_id_status": None,
        "language": "en",
        "version": 1,
        "created_at": "",
    }
    event = await admin.fetchrow(
        "SELECT type, data, actor_id FROM messaging.events WHERE account_id = $1", person.account["id"]
    )
    assert (event["type"], event["actor_id"]) == ("account.created", None)
    assert json.loads(event["data"]) == {"role": "customer", "issuer": None}


@pytest.mark.parametrize("role", ["support", "admin", "owner", ""])
async def test_nobody_signs_up_for_more(role: str, connect: Any) -> None:
    anonymous = await connect("web_anonymous")
    with refused("role_refused", "23514"):
        await anonymous.fetch("SELECT api.create_account('more@shop.example', $1, role => $2)", hashed("x"), role)


async def test_a_merchant_signs_up_as_one(connect: Any) -> None:
    anonymous = await connect("web_anonymous")
    role = await anonymous.fetchval(
        "SELECT (api.create_account('seller@shop.example', $1, role => 'merchant')).role", hashed("x")
    )
    assert role == "merchant"


async def test_an_email_and_a_handle_are_one_persons_whatever_their_case(stranger: Any, call: Any) -> None:
    person = await stranger().sign_up(handle="Grace.H")
    with refused("email_taken", "23505"):
        await call("web_anonymous", "create_account", email=person.email.upper(), password=hashed("x"))
    with refused("handle_taken", "23505"):
        await stranger().sign_up(handle="grace.h")


async def test_two_sign_ups_at_once_are_one_account(stranger: Any, call: Any, admin: Any) -> None:
    email = stranger().email
    answers = await asyncio.gather(
        *(call("web_anonymous", "create_account", email=email, password=hashed("x")) for _ in range(10)),
        return_exceptions=True,
    )
    assert sorted(getattr(a, "constraint_name", "made") for a in answers) == ["email_taken"] * 9 + ["made"]
    assert await admin.fetchval("SELECT count(*) FROM identity.accounts WHERE email = $1", email) == 1


@pytest.mark.parametrize(
    "email", ["", "x", "x@y", "a b@c.example", "a@b@c.example", "a@.example", "a@b..example", "x" * 250 + "@y.example"]
)
async def test_a_malformed_email_is_refused(email: str, call: Any) -> None:
    with refused("email_malformed", "23514"):
        await call("web_anonymous", "create_account", email=email, password=hashed("x"))


async def test_a_password_in_the_clear_is_never_kept(call: Any, admin: Any) -> None:
    with refused("password_not_hashed", "SH422"):
        await call("web_anonymous", "create_account", email="clear@shop.example", password="Correct-Horse-7")
    assert await admin.fetchval("SELECT count(*) FROM identity.accounts WHERE email = 'clear@shop.example'") == 0


async def test_what_is_kept_of_a_password_does_not_log_in(stranger: Any, admin: Any) -> None:
    person = await stranger().sign_up()
    kept = await admin.fetchrow(
        "SELECT salt, encode(proof, 'hex') AS proof FROM identity.passwords WHERE account_id = $1", person.account["id"]
    )
    assert kept["salt"] == hashed(person.password)[:29]
    assert hashed(person.password) not in kept["proof"]
    assert len(kept["proof"]) == 64


async def test_the_own_account_is_read_and_changed(person: Any) -> None:
    assert await person.does("get_account") == person.account
    changed = await person.does(
        "update_account", display_name="New", handle="fresh_1", given=["display_name", "handle"]
    )
    assert (changed["display_name"], changed["handle"], changed["email"], changed["version"]) == (
        "New",
        "fresh_1",
        person.email,
        2,
    )
    emptied = await person.does("update_account", handle=None, given=["handle"])
    assert (emptied["handle"], emptied["display_name"]) == (None, "New")
    same = await person.does("update_account", display_name=None)
    assert same["display_name"] == "New"


async def test_a_stale_version_changes_nothing(person: Any) -> None:
    await person.does("update_account", display_name="First", if_match=1)
    with refused("version_stale", "SH412"):
        await person.does("update_account", display_name="Second", if_match=1)
    assert (await person.does("get_account"))["display_name"] == "First"


async def test_changes_of_an_account_are_audited_without_its_log_ins(person: Any, admin: Any) -> None:
    await person.does("update_account", display_name="Seen")
    rows = await admin.fetch(
        "SELECT operation, new::text, actor_id::text FROM audit.changes "
        "WHERE table_name = 'identity.accounts' AND row_id = $1 ORDER BY id",
        person.account["id"],
    )
    assert [row["operation"] for row in rows] == ["INSERT", "UPDATE"]
    assert (rows[1]["new"], rows[1]["actor_id"]) == ('{"display_name": "Seen"}', person.account["id"])


async def test_a_password_change_ends_every_other_session(person: Any) -> None:
    here = person.session
    elsewhere = await person.log_in()
    person.session = here
    salt = await person.does("get_password_salt")
    assert salt == hashed(person.password)[:29]
    with refused("password_wrong", "SH403"):
        await person.does("change_password", current_password=hashed("Wrong-1", salt), new_password=hashed("New-1"))
    await person.does(
        "change_password",
        current_password=hashed(person.password, salt),
        new_password=hashed("New-1", "$2b$12$" + "n" * 22),
    )

    assert (await person.does("get_account"))["id"] == person.account["id"]
    with refused("session_revoked"):
        await person.call("web_customer", "get_account", token=elsewhere["access_token"])
    with refused("refresh_token_invalid"):
        await person.refresh(elsewhere["refresh_token"])
    with refused("credentials_invalid"):
        await person.log_in()
    await person.log_in("New-1")


async def test_a_log_in_with_the_old_password_does_not_slip_in_beside_a_change(
    person: Any, connect: Any, admin: Any
) -> None:
    """The log-in has seen the old proof when the change commits; it must not come out with a session."""
    changing = await connect("web_customer")
    logging_in = await connect("web_anonymous")
    transaction = changing.transaction()
    await transaction.start()
    await changing.fetch("SELECT set_config('app.token', $1, true)", person.session["access_token"])
    await changing.fetch("SELECT api.change_password($1, $2)", hashed(person.password), hashed("New-2"))
    log_in = asyncio.ensure_future(
        logging_in.fetch("SELECT api.create_session($1, $2)", person.email, hashed(person.password))
    )
    while not await admin.fetchval(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock')",
        logging_in.get_server_pid(),
    ):
        assert not log_in.done()
    await transaction.commit()
    with refused("credentials_invalid"):
        await log_in


async def test_guessing_the_current_password_is_slowed_down(person: Any) -> None:
    for _ in range(10):
        await person.does("get_password_salt")
    with refused("too_many_attempts", "SH429") as refusal:
        await person.does("get_password_salt")
    assert 0 < refusal.detail["retry_after"] <= 900


async def test_every_signed_in_function_needs_a_token(connect: Any) -> None:
    customer = await connect("web_customer")
    for attempt in (
        "get_account()",
        "update_account()",
        "delete_session()",
        "get_password_salt()",
        "change_password(repeat('x', 60), repeat('x', 60))",
        "list_addresses()",
        "create_address('n', 'l', 'c', 'BD')",
        "update_address(gen_random_uuid())",
        "delete_address(gen_random_uuid())",
    ):
        with refused("token_missing", "SH401"):
            await customer.fetch(f"SELECT api.{attempt}")
    anonymous = await connect("web_anonymous")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await anonymous.fetch("SELECT api.get_account()")
