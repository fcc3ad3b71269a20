"""Where an account is logged in, how its sessions end, and the idle time-out of staff."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.identity.conftest import Person, hashed
from tests.support.connections import refused


async def test_sessions_are_listed_with_address_and_device(person: Person, call: Any, admin: Any) -> None:
    here = person.session
    await call(
        "web_anonymous", "create_session", email=person.email, password=hashed(person.password),
        client_address="2001:db8::7", user_agent="Phone\r\n\x07" + "x" * 300,
    )  # fmt: skip
    phone, laptop = (await person.does("list_sessions"))["data"]
    assert (phone["ip_address"], phone["current"], laptop["current"]) == ("2001:db8::7", False, True)
    assert phone["user_agent"] == ("Phone " + "x" * 300)[:255]
    assert laptop["last_used_at"] == laptop["created_at"]
    assert set(laptop) == {"id", "ip_address", "user_agent", "created_at", "last_used_at", "current"}
    await admin.execute(
        "UPDATE identity.sessions SET created_at = now() - interval '1 hour' WHERE id = $1", uuid.UUID(laptop["id"])
    )
    await call(
        "web_anonymous", "refresh_session", refresh_token=here["refresh_token"], client_address="198.51.100.7",
        user_agent="Laptop",
    )  # fmt: skip
    laptop = (await person.does("list_sessions"))["data"][1]
    assert (laptop["ip_address"], laptop["user_agent"]) == ("198.51.100.7", "Laptop")
    assert laptop["last_used_at"] > laptop["created_at"]


async def test_pages_of_sessions(person: Person) -> None:
    for _ in range(4):
        await person.log_in()
    seen, cursor = [], None
    while True:
        page = await person.does("list_sessions", limit=2, cursor=cursor)
        seen += [session["id"] for session in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


async def test_one_session_ends_or_all_others(person: Person, other: Person) -> None:
    first = person.session
    second = await person.log_in()
    await person.log_in()
    ids = [session["id"] for session in (await person.does("list_sessions"))["data"]]
    with refused("session_not_found", "SH404"):
        await other.does("end_session", session_id=ids[0])
    await person.does("end_session", session_id=ids[1])
    with refused("session_revoked"):
        await person.call("web_customer", "get_account", token=second["access_token"])
    with refused("session_not_found"):
        await person.does("end_session", session_id=ids[1])
    await person.does("end_other_sessions")
    with refused("refresh_token_invalid"):
        await person.refresh(first["refresh_token"])
    assert [session["current"] for session in (await person.does("list_sessions"))["data"]] == [True]
    await other.does("get_account")


@pytest.mark.parametrize("role", ["support", "admin", "merchant"])
async def test_an_idle_session_of_staff_is_not_refreshed(role: str, person: Person, admin: Any) -> None:
    await admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1", person.account["id"], role)
    idle = "UPDATE identity.sessions SET created_at = now() - interval '2 hours', last_used_at = now() - $2::interval"
    idle += " WHERE account_id = $1"
    await admin.execute(idle.replace("$2", "'59 minutes'"), person.account["id"])
    await person.refresh()
    await admin.execute(idle.replace("$2", "'61 minutes'"), person.account["id"])
    if role == "merchant":
        await person.refresh()
        return
    with refused("session_idle", "SH401"):
        await person.refresh()
    await admin.execute("UPDATE sales.settings SET staff_idle_time_to_live = '2 hours'")
    try:
        await person.refresh()
    finally:
        await admin.execute("UPDATE sales.settings SET staff_idle_time_to_live = DEFAULT")


async def test_a_closed_account_leaves_no_address_and_device(person: Person, admin: Any) -> None:
    await person.does("close_account")
    kept = await admin.fetch(
        "SELECT ip_address, user_agent FROM identity.sessions WHERE account_id = $1", person.account["id"]
    )
    assert {tuple(row) for row in kept} == {(None, None)}
