"""Customer service finds and reads accounts; an admin promotes and suspends; the shop always keeps an admin."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from tests.support.connections import refused


@pytest.fixture(scope="module")
async def support(staff: Any) -> Any:
    return await staff.somebody("support")


@pytest.fixture(scope="module")
async def boss(staff: Any) -> Any:
    return await staff.somebody("admin")


async def found(support: Any, **filters: Any) -> list[str]:
    return [row["email"] for row in (await support.does("list_accounts", **filters))["data"]]


# --- finding --------------------------------------------------------------------------------------


async def test_found_by_email_handle_and_name(support: Any, stranger: Any) -> None:
    mark = uuid.uuid4().hex[:8]
    people = []
    for handle, name in ((f"Tinker_{mark}", None), (None, f"Åsa {mark} O'Neill"), (None, None)):
        person = stranger()
        person.email = f"{'' if handle or name else mark}{uuid.uuid4().hex[:6]}@find.example"
        people.append(await person.sign_up(handle=handle, display_name=name))
    assert await found(support, q=mark) == [p.email for p in reversed(people)]
    assert await found(support, q=f"tinker_{mark}") == [people[0].email]
    assert await found(support, q=f"åSA {mark} o'n") == [people[1].email]
    assert await found(support, q=people[2].email.upper()) == [people[2].email]
    # A whole address is one account's, also when it is part of another's; a part of it finds both.
    longer = stranger()
    longer.email = f"x{people[2].email}"
    await longer.sign_up()
    assert await found(support, q=people[2].email) == [people[2].email]
    assert await found(support, q=people[2].email[:-1]) == [longer.email, people[2].email]
    assert await found(support, q=people[2].email, status="suspended") == []
    # Letters that LIKE gives a meaning have none here.
    assert await found(support, q=f"tinker%{mark}") == await found(support, q=f"{mark[:-1]}_") == []
    assert await found(support, q=f"{mark}\\") == []


async def test_filters_and_pages(support: Any, stranger: Any, admin: Any) -> None:
    mark = uuid.uuid4().hex[:8]
    people = []
    for i in range(5):
        person = stranger()
        person.email = f"{mark}.{i}@page.example"
        people.append(await person.sign_up())
    await admin.execute("UPDATE identity.accounts SET role = 'merchant' WHERE email = $1", people[1].email)
    await admin.execute("UPDATE identity.accounts SET status = 'suspended' WHERE email = $1", people[2].email)
    assert await found(support, q=mark, role="merchant") == [people[1].email]
    assert await found(support, q=mark, status="suspended") == [people[2].email]
    assert await found(support, q=mark, role="merchant", status="suspended") == []
    seen: list[str] = []
    cursor = None
    while True:
        page = await support.does("list_accounts", q=mark, limit=2, cursor=cursor)
        seen += [row["email"] for row in page["data"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [p.email for p in reversed(people)]
    with refused("cursor_invalid", "SH422"):
        await support.does("list_accounts", cursor="abc")


async def test_an_index_finds_one_among_twenty_thousand(support: Any, admin: Any) -> None:
    await admin.execute(
        "INSERT INTO identity.accounts (email, display_name) "
        "SELECT md5(i::text) || '@crowd.example', 'Crowd ' || i FROM generate_series(1, 20000) AS i"
    )
    await admin.execute("ANALYZE identity.accounts")
    query = (
        "EXPLAIN SELECT a FROM identity.accounts AS a WHERE a.id < 'ffffffff-ffff-ffff-ffff-ffffffffffff' AND "
        "lower(a.email || ' ' || coalesce(a.handle, '') || ' ' || coalesce(a.display_name, '')) LIKE '%crowd 17777%' "
        "ORDER BY a.id DESC LIMIT 21"
    )
    plan = "\n".join(row[0] for row in await admin.fetch(query))
    assert "accounts_search" in plan, plan
    source = await admin.fetchval("SELECT prosrc FROM pg_proc WHERE oid = 'identity.find_accounts'::regproc")
    assert "lower(a.email || ' ' || coalesce(a.handle, '') || ' ' || coalesce(a.display_name, ''))" in source
    assert len(await found(support, q="crowd 17777")) == 1


async def test_an_account_with_its_last_log_in(support: Any, stranger: Any) -> None:
    person = await stranger().sign_up()
    read = await support.does("get_any_account", account_id=person.account["id"])
    shown = {name: value for name, value in person.account.items() if name != "tax_id_status"}
    assert read == {**shown, "last_login_at": None, "merchant_approved_at": None, "tax_id_check": None}
    await person.log_in()
    read = await support.does("get_any_account", account_id=person.account["id"])
    assert read["last_login_at"] > person.account["created_at"]
    with refused("account_not_found", "SH404"):
        await support.does("get_any_account", account_id=str(uuid.uuid4()))


async def test_who_may_what(person: Any, support: Any, call: Any) -> None:
    arguments = {"account_id": person.account["id"]}
    for function, given in (("list_accounts", {}), ("get_any_account", arguments), ("change_account", arguments)):
        for role, token in (("web_customer", person.session["access_token"]), ("web_anonymous", "")):
            with pytest.raises(Exception, match="permission denied"):
                await call(role, function, token=token, **given)
    with pytest.raises(Exception, match="permission denied"):
        await support.does("change_account", **arguments, status="suspended")


# --- changing -------------------------------------------------------------------------------------


async def test_promoted_and_demoted(boss: Any, staff: Any, admin: Any) -> None:
    helper = await staff.somebody("customer")
    changed = await boss.does("change_account", account_id=helper.account["id"], role="support", if_match=1)
    assert (changed["role"], changed["version"]) == ("support", 2)
    with refused("session_revoked", "SH401"):  # a token says its role: the old one is over at once
        await helper.does("get_account")
    await helper.refresh()
    helper.role = "support"
    assert (await helper.does("list_accounts"))["data"]
    with refused("version_stale", "SH412"):
        await boss.does("change_account", account_id=helper.account["id"], role="customer", if_match=1)
    await boss.does("change_account", account_id=helper.account["id"], role="customer")
    with refused("session_revoked", "SH401"):
        await helper.does("list_accounts")
    told = await admin.fetch(
        "SELECT data ->> 'role' AS role, actor_id FROM messaging.events "
        "WHERE type = 'account.role_changed' AND account_id = $1 ORDER BY id",
        uuid.UUID(helper.account["id"]),
    )
    assert [row["role"] for row in told] == ["support", "customer"]
    assert {str(row["actor_id"]) for row in told} == {boss.account["id"]}


async def test_suspended_and_taken_back(boss: Any, person: Any, admin: Any) -> None:
    account = person.account["id"]
    changed = await boss.does("change_account", account_id=account, status="suspended")
    assert changed["status"] == "suspended"
    with refused("account_suspended", "SH401"):
        await person.does("get_account")
    with refused("account_suspended", "SH403"):
        await person.refresh()
    with refused("account_suspended", "SH403"):
        await person.log_in()
    assert await admin.fetchval(
        "SELECT count(*) FROM messaging.outbox WHERE payload ->> 'template' = 'account_suspended' "
        "AND payload ->> 'account_id' = $1", account,
    ) == 1  # fmt: skip
    await boss.does("change_account", account_id=account, status="suspended")  # said twice, told once
    await boss.does("change_account", account_id=account, status="active")
    with refused("session_revoked", "SH401"):  # whoever had got in is out, and stays out
        await person.does("get_account")
    await person.log_in()
    assert (await person.does("get_account"))["status"] == "active"
    assert [
        row["type"]
        for row in await admin.fetch(
            "SELECT type FROM messaging.events WHERE account_id = $1 AND type LIKE 'account.%' ORDER BY id",
            uuid.UUID(account),
        )
    ] == ["account.created", "account.suspended", "account.reinstated"]


async def test_nobody_changes_themselves_and_closed_is_closed(boss: Any, person: Any) -> None:
    for change in ({"role": "customer"}, {"status": "suspended"}):
        with refused("own_account_refused", "SH403"):
            await boss.does("change_account", account_id=boss.account["id"], **change)
    await person.does("close_account")
    with refused("account_closed", "SH409"):
        await boss.does("change_account", account_id=person.account["id"], status="active")
    with refused("account_status_unknown"):  # only its owner closes an account
        await boss.does("change_account", account_id=person.account["id"], status="closed")
    with refused("account_not_found", "SH404"):
        await boss.does("change_account", account_id=str(uuid.uuid4()), role="admin")


async def test_admins_who_demote_each_other_at_once_leave_one(staff: Any, admin: Any) -> None:
    for _ in range(5):
        await admin.execute("UPDATE identity.accounts SET role = 'customer' WHERE role = 'admin'")
        ring = [await staff.somebody("admin") for _ in range(4)]
        barrier = asyncio.Barrier(len(ring))

        async def demote(place: int, ring: Any = ring, barrier: Any = barrier) -> None:
            await barrier.wait()
            target = ring[(place + 1) % len(ring)].account["id"]
            await ring[place].does("change_account", account_id=target, role="customer")

        ends = await asyncio.gather(*(demote(i) for i in range(len(ring))), return_exceptions=True)
        assert {getattr(end, "constraint_name", "done") for end in ends} <= {"done", "forbidden", "session_revoked"}
        assert await admin.fetchval("SELECT count(*) FROM identity.accounts WHERE role = 'admin'") >= 1
