"""Security events: what is recorded, that nobody can change it, and what is left of it when an account is closed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.identity.conftest import hashed
from tests.support.connections import refused

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
async def events(admin: Any) -> Any:
    """The kinds of events about an account, oldest first; with a kind, the last event of it."""

    async def read(account_id: str | None, kind: str | None = None) -> Any:
        rows = await admin.fetch(
            "SELECT e.* FROM audit.security_events AS e "
            "WHERE e.account_id IS NOT DISTINCT FROM $1::text::uuid ORDER BY e.id",
            account_id,
        )
        if kind is None:
            return [row["kind"] for row in rows]
        found = [row for row in rows if row["kind"] == kind]
        assert found, f"no {kind} among {[row['kind'] for row in rows]}"
        return dict(found[-1]) | {"detail": json.loads(found[-1]["detail"])}

    return read


@pytest.fixture
async def boss(stranger: Any, admin: Any) -> Any:
    """An admin who is logged in."""
    somebody = await stranger().sign_up()
    await admin.execute("UPDATE identity.accounts SET role = 'admin' WHERE id = $1", somebody.account["id"])
    somebody.role = "admin"
    await somebody.log_in()
    return somebody


async def test_a_log_in_and_its_end_are_events(person: Any, events: Any) -> None:
    opened = await events(person.account["id"], "log_in")
    await person.does("delete_session")
    ended = await events(person.account["id"], "session_ended")
    assert opened["detail"] == {"reason": "password"}
    assert opened["session_id"] == ended["session_id"] is not None
    assert opened["actor_id"] is None
    assert str(ended["actor_id"]) == person.account["id"]
    assert ended["db_role"] == "web_customer"


async def test_a_refresh_token_that_is_used_twice_is_an_event(person: Any, events: Any) -> None:
    old = person.session["refresh_token"]
    await person.refresh(old)
    assert await person.refresh(old) is None
    assert (await events(person.account["id"]))[-2:] == ["session_ended", "refresh_token_reused"]


async def test_a_password_change_ends_the_other_sessions(person: Any, events: Any) -> None:
    await person.log_in()
    salt = await person.does("get_password_salt")
    await person.does("change_password", current_password=hashed(person.password, salt), new_password=hashed("Other-2"))
    assert (await events(person.account["id"]))[-2:] == ["password_changed", "session_ended"]


async def test_a_reset_is_asked_for_and_done(person: Any, admin: Any, call: Any, connect: Any, events: Any) -> None:
    await call("web_anonymous", "request_password_reset", email=person.email, client_address="192.0.2.7")
    await admin.execute(
        "INSERT INTO identity.mail_tokens (token_hash, account_id, purpose, email, expires_at) "
        "VALUES (sha256('reset-me'), $1, 'password_reset', $2, now() + interval '1 hour')",
        person.account["id"],
        person.email,
    )
    web = await connect("web_anonymous")
    await web.execute("SELECT api.confirm_password_reset('reset-me', $1)", hashed("Other-3"))
    assert (await events(person.account["id"]))[1:] == ["password_reset_asked", "password_reset", "session_ended"]


async def test_a_reset_for_an_unknown_address_is_an_event_as_well(call: Any, events: Any) -> None:
    await call("web_anonymous", "request_password_reset", email="nobody@shop.example", client_address="192.0.2.8")
    assert (await events(None))[-1] == "password_reset_asked"


async def test_changes_of_an_account_say_who_made_them(person: Any, boss: Any, events: Any) -> None:
    mine = person.account["id"]
    await boss.does("change_account", account_id=mine, role="merchant")
    await boss.does("approve_merchant", account_id=mine)
    await boss.does("change_account", account_id=mine, status="suspended")
    assert (await events(mine))[1:] == ["role_changed", "merchant_approved", "status_changed", "session_ended"]
    changed = await events(mine, "role_changed")
    assert changed["detail"] == {"from": "customer", "to": "merchant"}
    assert str(changed["actor_id"]) == boss.account["id"]
    assert (await events(mine, "status_changed"))["detail"] == {"from": "active", "to": "suspended"}


async def test_a_dba_who_changes_a_role_by_hand_is_recorded(person: Any, admin: Any, events: Any) -> None:
    await admin.execute("UPDATE identity.accounts SET role = 'support' WHERE id = $1", person.account["id"])
    changed = await events(person.account["id"], "role_changed")
    assert changed["actor_id"] is None
    assert changed["db_role"] == await admin.fetchval("SELECT session_user")


async def test_settings_and_providers_say_what_changed_and_not_to_what(boss: Any, events: Any) -> None:
    await boss.does("update_settings", return_window="P13D", given=["return_window"])
    await boss.does("update_provider", provider="mock", capture_method="manual")
    await boss.does("update_provider", provider="mock", capture_method="automatic")
    changed = await events(None, "settings_changed")
    assert changed["detail"] == {"fields": ["return_window"]}
    assert str(changed["actor_id"]) == boss.account["id"]
    assert (await events(None, "provider_changed"))["detail"] == {"name": "mock", "fields": ["capture_method"]}


async def test_an_unchanged_setting_is_no_event(boss: Any, admin: Any) -> None:
    count = "SELECT count(*) FROM audit.security_events WHERE kind = 'settings_changed'"
    before = await admin.fetchval(count)
    await boss.does("update_settings", given=[])
    assert await admin.fetchval(count) == before


async def test_keys_issuers_and_local_tokens_are_events(person: Any, admin: Any, events: Any) -> None:
    kid = await admin.fetchval("SELECT identity.add_signing_key()")
    assert (await events(None, "signing_key_added"))["detail"] == {"name": kid}
    await admin.fetchval("SELECT identity.replace_signing_keys()")
    assert (await events(None, "signing_key_removed"))["detail"]["name"] is not None
    await admin.execute("SELECT identity.trust_issuer('https://login.example')")
    await admin.execute("DELETE FROM identity.outside_issuers")
    assert (await events(None))[-2:] == ["issuer_trusted", "issuer_removed"]
    await admin.fetchval("SELECT identity.issue_local_token('customer', $1)", person.email)
    assert (await events(person.account["id"]))[-1] == "token_issued"


async def test_an_export_of_payouts_is_recorded_before_the_file_is_made(boss: Any, events: Any) -> None:
    await boss.does("begin_payout_export", format="pain001")
    exported = await events(boss.account["id"], "payouts_exported")
    assert exported["detail"] == {"name": "pain001"}
    assert exported["session_id"] is not None


async def test_the_client_is_what_the_web_tier_reports(connect: Any, stranger: Any, events: Any) -> None:
    person = await stranger().sign_up()
    salt = await person.call("web_anonymous", "begin_session", email=person.email)
    web = await connect("web_anonymous")
    async with web.transaction():
        await web.execute("SELECT set_config('app.client', $1, true)", "2001:db8::7\nBrowser\t1.0 " + "x" * 400)
        await web.fetchval(
            "SELECT to_json(api.create_session($1, $2))::text", person.email, hashed(person.password, salt)
        )
    opened = await events(person.account["id"], "log_in")
    assert opened["client_address"] == "2001:db8::7"
    assert opened["user_agent"] == "Browser 1.0 " + "x" * 288


# --- who may read and change them -----------------------------------------------------------------


async def test_only_an_admin_lists_them(boss: Any, person: Any) -> None:
    page = await boss.does("list_security_events", account=boss.account["id"])
    assert [event["kind"] for event in page["data"]] == ["log_in", "role_changed"]
    person.role = "admin"  # over the admins' connections, with a customer's token
    with refused("token_invalid"):
        await person.does("list_security_events")


async def test_they_are_listed_by_kind_account_and_time_page_by_page(boss: Any, person: Any, admin: Any) -> None:
    mine = person.account["id"]
    for _ in range(3):
        await person.log_in()
    first = await boss.does("list_security_events", account=mine, kind="log_in", limit=3)
    rest = await boss.does("list_security_events", account=mine, kind="log_in", cursor=first["next_cursor"])
    assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (3, 1, None)
    moments = [event["created_at"] for event in first["data"] + rest["data"]]
    assert moments == sorted(moments, reverse=True)
    between = {"from": moments[2], "to": moments[1]}
    found = await boss.does("list_security_events", account=mine, **between)
    assert [event["created_at"] for event in found["data"]] == moments[1:3]
    future = await boss.does("list_security_events", **{"from": "2999-01-01T00:00:00Z"})
    past = await boss.does("list_security_events", to="1969-01-01T00:00:00Z")
    assert future["data"] == past["data"] == []


async def test_nobody_changes_or_deletes_an_event(admin: Any, person: Any) -> None:
    for statement in (
        "UPDATE audit.security_events SET kind = 'log_in'",
        "UPDATE audit.security_events SET client_address = '192.0.2.99'",
        "DELETE FROM audit.security_events",
        "TRUNCATE audit.security_events",
    ):
        with refused("append_only"):
            await admin.execute(statement)


async def test_they_are_deleted_after_the_retention(admin: Any) -> None:
    await admin.execute(
        "INSERT INTO audit.security_events (id, kind, db_role, created_at) "
        "SELECT uuidv7(-d.age), 'log_in', 'old', now() - d.age "
        "FROM (VALUES (interval '181 days'), (interval '179 days')) AS d (age)"
    )
    assert await admin.fetchval("SELECT audit.purge_security_events()") == 1
    assert await admin.fetchval("SELECT count(*) FROM audit.security_events WHERE db_role = 'old'") == 1
    assert await admin.fetchval("SELECT audit.purge_security_events()") == 0


async def test_a_closed_account_leaves_what_happened_but_not_from_where(person: Any, admin: Any, events: Any) -> None:
    mine = person.account["id"]
    for address in ("203.0.113.77", "2001:db8:1:2::7"):
        await admin.execute(
            "INSERT INTO audit.security_events (kind, account_id, db_role, client_address, user_agent) "
            "VALUES ('log_in', $1, 'web_anonymous', $2, 'Browser')",
            mine,
            address,
        )
    await person.does("close_account")
    rows = await admin.fetch(
        "SELECT client_address, user_agent FROM audit.security_events WHERE account_id = $1 AND kind = 'log_in' "
        "ORDER BY id OFFSET 1",
        mine,
    )
    assert [tuple(row) for row in rows] == [("203.0.113.0/24", None), ("2001:db8:1::/48", None)]
    assert (await events(mine))[-2:] == ["account_closed", "session_ended"]
    assert "email_changed" not in await events(mine)
    await admin.execute("SELECT identity.erase_account($1)", mine)  # as the worker does, a minute later


# --- refusals, which are reported afterwards --------------------------------------------------------


def refusal(**fields: Any) -> dict[str, Any]:
    given = {"operation": "create_session", "code": "credentials_invalid", "status": 401, "occurrences": 1}
    return given | {"client_address": "198.51.100.3", "user_agent": "curl", "request_id": "r1"} | fields


async def test_a_refusal_leads_to_the_account_and_keeps_neither_email_nor_token(
    call: Any, person: Any, events: Any, admin: Any
) -> None:
    token = person.session["access_token"]
    forged = token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:]
    await call("web_gateway", "record_refusals", refusals=[
        refusal(email=person.email.upper(), occurrences=7),
        refusal(operation="list_accounts", code="forbidden", status=403, token=token),
        refusal(operation="get_order", code="token_invalid", token=forged),
        refusal(operation="create_session", code="too_many_attempts", status=429, email="unknown@shop.example"),
    ])  # fmt: skip
    failed = await events(person.account["id"], "log_in_failed")
    assert failed["occurrences"] == 7
    assert failed["detail"] == {"code": "credentials_invalid", "operation": "create_session"}
    assert (failed["client_address"], failed["user_agent"], failed["request_id"]) == ("198.51.100.3", "curl", "r1")
    assert (await events(person.account["id"], "access_refused"))["detail"]["operation"] == "list_accounts"
    assert (await events(None))[-2:] == ["token_refused", "throttled"]
    stored = await admin.fetchval("SELECT string_agg(e::text, ' ') FROM audit.security_events AS e")
    for secret in (person.email, token, forged, "unknown@shop.example"):
        assert secret.lower() not in stored.lower()


async def test_refusals_fill_neither_the_disk_nor_the_list(make_database: Any) -> None:
    """The first 1,000 rows of an hour are whole, then a row a kind and call, then only the counters grow."""
    access = make_database()
    gateway = await asyncpg.connect(access.url("web_gateway"))
    owner = await asyncpg.connect(access.admin())
    rows = "SELECT count(*) FROM audit.security_events"
    some = json.dumps([refusal(client_address=f"198.51.100.{n % 250}", occurrences=2) for n in range(900)])
    report = (
        "SELECT api.record_refusals(ARRAY(SELECT r FROM jsonb_populate_recordset(NULL::api.refusal, $1::jsonb) AS r))"
    )
    before = await owner.fetchval(rows)
    for _ in range(2):
        await gateway.execute(report, some)
    assert await owner.fetchval(rows) - before == 1001
    summed = await owner.fetchrow("SELECT * FROM audit.security_events WHERE client_address IS NULL ORDER BY id DESC")
    assert (summed["kind"], summed["occurrences"]) == ("log_in_failed", 1600)
    assert summed["account_id"] is None
    for _ in range(600):
        await gateway.execute(report, json.dumps([refusal()]))
    assert await owner.fetchval(rows) - before == 1500
    counted = 'SELECT value FROM monitor.counters WHERE labels = \'{"kind": "log_in_failed"}\''
    assert await owner.fetchval(counted) == 101
    # What was stored is counted by the worker, once it is 15 seconds old.
    await owner.execute(
        "UPDATE audit.security_events_counted SET id = uuidv7('-1 hour'); "
        "SET session_replication_role = replica; "
        "UPDATE audit.security_events SET id = uuidv7('-1 minute')"
    )
    await owner.execute("SELECT audit.count_security_events()")
    await owner.execute("SELECT audit.count_security_events()")
    assert await owner.fetchval(counted) == 2 * 1800 + 600
    await gateway.close()
    await owner.close()


async def test_other_roles_report_no_refusals(call: Any, boss: Any) -> None:
    for role in ("web_anonymous", "web_customer", "web_admin"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await call(role, "record_refusals", refusals=[refusal()])


async def test_a_token_shows_whose_it_was_after_it_expired(admin: Any, person: Any) -> None:
    read = "SELECT identity.read_token($1) ->> 'sub'"
    expired = await admin.fetchval(
        "SELECT identity.issue_token($1, 'customer', gen_random_uuid(), '-1 hour')", person.account["id"]
    )
    assert await admin.fetchval(read, expired) == person.account["id"]
    for text in (None, "", "a.b.c", "..", expired[:-1], "x" * 5000):
        assert await admin.fetchval(read, text) is None


def test_every_kind_that_a_function_records_is_listed() -> None:
    listed = re.search(r"security_event_kind_unknown.*?\]\)\)", (ROOT / "db/audit/types.sql").read_text(), re.DOTALL)
    assert listed
    kinds = set(re.findall(r"'([a-z_]+)'", listed[0]))
    recorded: set[str] = set()
    for file in (ROOT / "db").glob("*/*/*.sql"):
        text = file.read_text()
        recorded |= set(re.findall(r"record_security_event\(\s*'([a-z_]+)'", text))
        for arguments in re.findall(r"audit\.record_\w+_change\((.*?)\)", text, re.DOTALL):
            recorded |= set(re.findall(r"'([a-z_]+_(?:changed|added|retired|removed|trusted|made))'", arguments))
    assert {"log_in", "signing_key_added", "settings_changed"} <= recorded
    assert recorded <= kinds
