"""Logging in, refreshing, the throttle."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import asyncpg
import bcrypt
import pytest

from tests.identity.conftest import hashed
from tests.support.connections import refused


async def test_a_log_in_opens_a_session(stranger: Any, admin: Any) -> None:
    person = await stranger().sign_up()
    session = await person.log_in()
    assert session["account"] == person.account
    assert await person.does("get_account") == person.account
    kept = await admin.fetchrow(
        "SELECT a.last_login_at, s.expires_at - s.created_at AS lifetime "
        "FROM identity.sessions AS s JOIN identity.accounts AS a ON a.id = s.account_id WHERE a.id = $1",
        person.account["id"],
    )
    assert kept["last_login_at"] is not None
    assert kept["lifetime"].days == 30


async def test_an_email_is_known_in_any_case(person: Any) -> None:
    person.email = person.email.upper()
    await person.log_in()


async def test_wrong_password_unknown_mail_and_closed_account_are_one_answer(
    person: Any, stranger: Any, other: Any, admin: Any
) -> None:
    await admin.execute("UPDATE identity.accounts SET status = 'closed' WHERE id = $1", other.account["id"])
    answers = []
    for who, password in ((person, "Wrong-1"), (stranger(), "Right-1"), (other, "Right-1")):
        with refused("credentials_invalid", "SH401") as refusal:
            await who.log_in(password)
        assert refusal.error is not None
        answers.append((str(refusal.error), refusal.error.detail, refusal.error.hint, refusal.error.context))  # type: ignore[attr-defined]
    assert len(set(answers)) == 1


async def test_an_unknown_mail_has_a_salt_like_any_other(call: Any, person: Any) -> None:
    async def salt(email: str) -> str:
        text: str = await call("web_anonymous", "begin_session", email=email)
        return text

    made_up = [await salt(f"nobody{i}@shop.example") for i in range(40)]
    assert made_up == [await salt(f"NOBODY{i}@shop.example") for i in range(40)]
    assert len(set(made_up)) == 40
    # 16 bytes in bcrypt's alphabet: the 22nd character carries two bits, so it is one of four. bcrypt itself says so.
    assert all(re.fullmatch(r"\$2b\$12\$[./A-Za-z0-9]{21}[.Oeu]", text) for text in made_up)
    assert {text[-1] for text in made_up} == set(".Oeu")
    assert all(
        bcrypt.hashpw(b"x", text.replace("$12$", "$04$").encode())[:29] == text.replace("$12$", "$04$").encode()
        for text in made_up
    )
    assert await salt(person.email) == hashed(person.password)[:29]


async def test_a_rotated_key_does_not_change_the_salts(call: Any, admin: Any) -> None:
    before = await call("web_anonymous", "begin_session", email="steady@shop.example")
    await admin.fetchval("SELECT identity.add_signing_key()")
    assert await call("web_anonymous", "begin_session", email="steady@shop.example") == before


# --- refresh --------------------------------------------------------------------------------------


async def test_a_refresh_token_is_good_once(person: Any) -> None:
    first = person.session
    second = await person.refresh()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["account"] == person.account
    await person.does("get_account")
    third = await person.refresh()
    assert third["access_token"]


async def test_a_reused_token_ends_the_family_for_good(person: Any) -> None:
    stolen = person.session["refresh_token"]
    await person.refresh()
    assert await person.refresh(stolen) is None
    # Committed: the thief's and the owner's tokens are both dead.
    with refused("session_revoked"):
        await person.does("get_account")
    for token in (stolen, person.session["refresh_token"]):
        with refused("refresh_token_invalid", "SH401"):
            await person.refresh(token)
    await person.log_in()
    await person.does("get_account")


async def test_reuse_ends_one_session_and_no_other(person: Any) -> None:
    here = person.session
    await person.log_in()
    await person.refresh()
    await person.refresh(here["refresh_token"])
    assert await person.refresh(here["refresh_token"]) is None
    person.session = await person.log_in()
    await person.does("get_account")


@pytest.mark.parametrize("times", range(5))
async def test_two_refreshes_at_once_are_one_rotation_and_one_reuse(times: int, person: Any, call: Any) -> None:
    token = person.session["refresh_token"]
    answers = await asyncio.gather(*(call("web_anonymous", "refresh_session", refresh_token=token) for _ in range(2)))
    assert sorted(answer is None for answer in answers) == [False, True]
    with refused("session_revoked"):
        await person.does("get_account")


async def test_twenty_refreshes_at_once_are_one_rotation(person: Any, call: Any) -> None:
    token = person.session["refresh_token"]
    answers = await asyncio.gather(
        *(call("web_anonymous", "refresh_session", refresh_token=token) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(answer, dict) for answer in answers) == 1
    assert sum(answer is None for answer in answers) == 1
    assert {a.constraint_name for a in answers if isinstance(a, asyncpg.PostgresError)} == {"refresh_token_invalid"}


async def test_refreshes_wait_for_each_other(person: Any, connect: Any, admin: Any) -> None:
    """Two that have waited for the first: one ends the session, and the other finds it ended."""
    connections = [await connect("web_anonymous") for _ in range(3)]
    transaction = connections[0].transaction()
    await transaction.start()
    refreshes = []
    for waiting, connection in enumerate(connections):
        ask = connection.fetchval("SELECT (api.refresh_session($1)).access_token", person.session["refresh_token"])
        refreshes.append(asyncio.ensure_future(ask))
        while waiting > 0 and waiting != await admin.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY ($1::integer[]) AND wait_event_type = 'Lock'",
            [c.get_server_pid() for c in connections],
        ):
            assert not refreshes[-1].done()
        if waiting == 0:
            assert await refreshes[0]
    await transaction.commit()
    answers = await asyncio.gather(*refreshes[1:], return_exceptions=True)
    assert [getattr(a, "constraint_name", a) for a in sorted(answers, key=str)] == [None, "refresh_token_invalid"]


@pytest.mark.parametrize("token", ["", "x", "é", "x" * 1_000_000, "'", "a.b.c"])
async def test_an_unknown_refresh_token_is_refused(token: str, call: Any) -> None:
    with refused("refresh_token_invalid", "SH401"):
        await call("web_anonymous", "refresh_session", refresh_token=token)


async def test_a_session_ends_after_its_thirty_days(person: Any, admin: Any) -> None:
    await admin.execute("UPDATE identity.sessions SET expires_at = now() WHERE account_id = $1", person.account["id"])
    with refused("refresh_token_invalid"):
        await person.refresh()


async def test_no_token_is_kept_in_the_clear(person: Any, admin: Any) -> None:
    rows = await admin.fetchval("SELECT string_agg(t::text, ' ') FROM identity.refresh_tokens AS t")
    assert person.session["refresh_token"] not in rows


# --- the throttle ---------------------------------------------------------------------------------


async def fail(person: Any, address: str) -> None:
    with refused("credentials_invalid"):
        await person.log_in("Wrong-1", address)


async def test_ten_wrong_passwords_then_a_pause(person: Any) -> None:
    for _ in range(10):
        await fail(person, "198.51.100.1")
    for password in ("Wrong-1", person.password):
        with refused("too_many_attempts", "SH429") as refusal:
            await person.log_in(password, "198.51.100.1")
        assert 0 < refusal.detail["retry_after"] <= 900
    # Who is elsewhere is not locked out.
    await person.log_in(address="198.51.100.2")


async def test_the_right_password_starts_the_count_again(person: Any) -> None:
    for _ in range(3):
        for _ in range(9):
            await fail(person, "198.51.100.3")
        await person.log_in(address="198.51.100.3")


async def test_one_mail_from_many_addresses_is_paused_at_fifty(person: Any) -> None:
    await asyncio.gather(*(fail(person, f"203.0.113.{i}") for i in range(50)))
    with refused("too_many_attempts"):
        await person.log_in(address="203.0.113.200")


async def test_one_address_with_many_mails_is_paused_at_three_hundred(call: Any) -> None:
    async def begin(i: int) -> None:
        await call("web_anonymous", "begin_session", email=f"guess{i}@shop.example", client_address="2001:db8::1")

    await asyncio.gather(*(begin(i) for i in range(300)))
    with refused("too_many_attempts"):
        await begin(301)


async def test_log_ins_with_the_right_password_are_no_attempts(person: Any, admin: Any) -> None:
    """A busy office logs in more than 50 times with one account, and more than 300 times from one address."""
    for _ in range(60):
        await person.log_in(address="198.51.100.9")
    assert (
        await admin.fetchval("SELECT sum(attempts) FROM identity.login_attempts WHERE subject = 'address:198.51.100.9'")
        == 0
    )


async def test_twenty_attempts_at_once_are_ten(stranger: Any, call: Any) -> None:
    email = stranger().email
    answers = await asyncio.gather(
        *(call("web_anonymous", "begin_session", email=email, client_address="192.0.2.77") for _ in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, str) for answer in answers) == 10


async def test_many_log_ins_in_any_order_do_not_deadlock(stranger: Any, call: Any) -> None:
    people = [await stranger().sign_up() for _ in range(4)]
    await asyncio.gather(*(people[i % 4].log_in(address=f"192.0.2.{100 + i // 4 % 3}") for i in range(36)))


async def test_counted_attempts_hold_no_email(person: Any, admin: Any) -> None:
    await fail(person, "192.0.2.1")
    subjects = await admin.fetchval("SELECT string_agg(subject, ' ') FROM identity.login_attempts")
    assert person.email not in subjects


# --- what has served its time ---------------------------------------------------------------------


async def test_what_has_expired_is_purged_and_nothing_else(person: Any, other: Any, call: Any, admin: Any) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await call("web_anonymous", "purge_expired")
    await admin.execute(
        "UPDATE identity.sessions SET expires_at = now() - interval '25 hours' WHERE account_id = $1",
        other.account["id"],
    )
    await admin.execute(
        "INSERT INTO identity.login_attempts (subject, window_at) "
        "SELECT 'old' || i, now() - interval '25 hours' FROM generate_series(1, 2500) AS i"
    )
    await admin.execute(
        "INSERT INTO messaging.idempotency_keys (scope, route, key, request_hash, answer, created_at) "
        "SELECT 'anonymous', 'r', i::text, 'h', '', now() - interval '1 hour' * i FROM unnest(ARRAY[1, 23, 25]) AS i"
    )
    rounds = []
    while not rounds or rounds[-1]:
        rounds.append(await call("web_worker", "purge_expired"))
    assert sum(rounds) == 2502
    assert max(rounds) <= 1002
    assert await admin.fetchval("SELECT count(*) FROM messaging.idempotency_keys WHERE route = 'r'") == 2
    await person.does("get_account")
