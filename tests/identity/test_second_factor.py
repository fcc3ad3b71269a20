"""The second factor of an account: enrolment, log-in with a code, recovery codes, removal."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from typing import Any

import asyncpg
import pyotp
import pytest

from tests.identity.conftest import Person, hashed
from tests.support.connections import refused

MAILS = "SELECT payload -> 'data' ->> 'change' FROM messaging.outbox WHERE payload ->> 'template' = 'second_factor'"


async def enrol(person: Person) -> tuple[pyotp.TOTP, list[str]]:
    """The person's authenticator app, and the recovery codes."""
    begun = await person.does("begin_second_factor")
    app = pyotp.parse_uri(begun["uri"])
    assert isinstance(app, pyotp.TOTP)
    assert app.secret == begun["secret"]
    confirmed = await person.does("confirm_second_factor", code=app.now())
    return app, confirmed["recovery_codes"]


async def half_a_minute_later(person: Person, admin: Any) -> None:
    """The app shows another code: the accepted ones are two steps older than they were."""
    await admin.execute(
        "UPDATE identity.second_factors SET last_step = last_step - 3 WHERE account_id = $1", person.account["id"]
    )


async def log_in(person: Person, code: str | None, password: str | None = None) -> Any:
    salt = await person.call("web_anonymous", "begin_session", email=person.email, client_address="192.0.2.1")
    session = await person.call(
        "web_anonymous", "create_session", email=person.email, password=hashed(password or person.password, salt),
        client_address="192.0.2.1", code=code,
    )  # fmt: skip
    person.session = session or person.session
    return session


async def count_again(admin: Any) -> None:
    await admin.execute("DELETE FROM identity.login_attempts")


async def test_a_log_in_needs_the_code_once_it_is_confirmed(person: Person, admin: Any) -> None:
    assert await person.does("get_second_factor") == {
        "enabled": False, "enabled_at": None, "recovery_codes_left": 0
    }  # fmt: skip
    await person.does("begin_second_factor")
    await log_in(person, None)
    app, recovery = await enrol(person)
    assert len(set(recovery)) == 10
    assert all(re.fullmatch("([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code) for code in recovery)
    found = await person.does("get_second_factor")
    assert (found["enabled"], found["recovery_codes_left"]) == (True, 10)
    with refused("second_factor_active", "SH409"):
        await person.does("begin_second_factor")
    with refused("second_factor_active", "SH409"):
        await person.does("confirm_second_factor", code=app.now())
    with refused("code_required", "SH401"):
        await log_in(person, None)
    with refused("credentials_invalid", "SH401"):  # what a wrong password is told does not show the second factor
        await log_in(person, None, password="Wrong-1")
    with refused("credentials_invalid", "SH401"):
        await log_in(person, app.now(), password="Wrong-1")
    await half_a_minute_later(person, admin)
    assert (await log_in(person, app.now()[:3] + " " + app.now()[3:]))["access_token"]


async def test_other_sessions_end_when_it_is_turned_on(person: Person) -> None:
    elsewhere = person.session
    await person.log_in()
    await enrol(person)
    await person.does("get_account")
    with refused("session_revoked"):
        await person.call("web_customer", "get_account", token=elsewhere["access_token"])


async def test_a_code_counts_once_also_for_requests_at_once(person: Person, admin: Any) -> None:
    app, recovery = await enrol(person)
    assert await log_in(person, app.now()) is None  # it has confirmed the enrolment
    for code in (app.now, lambda: recovery[0]):
        await half_a_minute_later(person, admin)
        await count_again(admin)
        given = code()
        found = await asyncio.gather(*(log_in(person, given) for _ in range(8)), return_exceptions=True)
        opened = [session for session in found if isinstance(session, dict)]
        assert (len(opened), Counter(type(f) for f in found)[type(None)]) == (1, 7), found
    assert (await person.does("get_second_factor"))["recovery_codes_left"] == 9


async def test_a_step_that_is_older_than_a_used_one_is_refused(person: Person, admin: Any) -> None:
    app, _ = await enrol(person)
    await admin.execute("UPDATE identity.second_factors SET last_step = last_step + 1")
    assert await log_in(person, app.now()) is None


async def test_wrong_codes_are_counted_and_refused_after_ten(person: Person, admin: Any) -> None:
    app, recovery = await enrol(person)
    await half_a_minute_later(person, admin)
    for _ in range(10):
        assert await log_in(person, "000000" if app.now() != "000000" else "000001") is None
        await admin.execute("DELETE FROM identity.login_attempts WHERE subject !~ '^code'")
    for code in (app.now(), recovery[0]):
        with refused("too_many_attempts", "SH429"):
            await log_in(person, code)
    await admin.execute("DELETE FROM identity.login_attempts WHERE subject ~ '^code:'")
    assert (await log_in(person, app.now()))["access_token"]
    left = "SELECT count(*) FROM identity.login_attempts WHERE subject ~ '^code' AND subject LIKE '%' || $1"
    assert await admin.fetchval(left, person.account["id"]) == 0


async def test_a_right_code_confirms_the_session(person: Person, admin: Any) -> None:
    app, recovery = await enrol(person)
    await half_a_minute_later(person, admin)
    await admin.execute("UPDATE identity.sessions SET confirmed_at = now() - interval '11 minutes'")
    with refused("confirmation_required"):
        await person.does("close_account")
    with refused("code_invalid", "SH403"):
        await person.does("confirm_session", code="123 456 7")
    for arguments in ({}, {"password": hashed("x"), "code": app.now()}):
        with refused("confirmation_ambiguous", "SH422"):
            await person.does("confirm_session", **arguments)
    await person.does("begin_code")
    await person.does("confirm_session", code=app.now())
    with refused("code_invalid"):
        await person.does("confirm_session", code=app.now())
    await person.does("confirm_session", code=recovery[0].lower().replace("-", " "))
    for _ in range(10):
        await person.does("begin_code")
    with refused("too_many_attempts", "SH429"):
        await person.does("begin_code")
    await person.does("close_account")


async def test_the_password_alone_does_not_turn_it_off(person: Person, admin: Any) -> None:
    _, recovery = await enrol(person)
    await admin.execute("UPDATE identity.sessions SET code_at = now() - interval '11 minutes'")
    for function in ("disable_second_factor", "renew_recovery_codes"):
        with refused("code_required", "SH403"):
            await person.does(function)
    await person.does("confirm_session", code=recovery[0])
    renewed = (await person.does("renew_recovery_codes"))["recovery_codes"]
    assert len(set(renewed) | set(recovery)) == 20
    with refused("code_invalid"):
        await person.does("confirm_session", code=recovery[1])
    await person.does("confirm_session", code=renewed[0])
    await person.does("disable_second_factor")
    with refused("second_factor_missing", "SH404"):
        await person.does("disable_second_factor")
    assert (await log_in(person, None))["access_token"]
    changes = [row[0] for row in await admin.fetch(f"{MAILS} AND payload ->> 'account_id' = $1 ORDER BY id",
                                                   person.account["id"])]  # fmt: skip
    assert changes == ["enabled", "recovery_code_used", "recovery_codes_renewed", "recovery_code_used", "disabled"]


async def test_setting_up_needs_a_fresh_session(person: Person, admin: Any) -> None:
    begun = await person.does("begin_second_factor")
    await admin.execute("UPDATE identity.sessions SET confirmed_at = now() - interval '11 minutes'")
    with refused("confirmation_required"):
        await person.does("begin_second_factor")
    with refused("confirmation_required"):
        await person.does("confirm_second_factor", code=pyotp.TOTP(begun["secret"]).now())


async def test_a_new_password_keeps_it_and_lets_the_owner_try_again(person: Person, admin: Any) -> None:
    app, _ = await enrol(person)
    await half_a_minute_later(person, admin)
    for _ in range(10):
        await person.does("begin_code")
    token = await reset_token(person, admin)
    await admin.execute("SELECT identity.reset_password($1, $2, NULL)", token, hashed("New-1"))
    person.password = "New-1"
    with refused("code_required"):
        await log_in(person, None)
    assert (await log_in(person, app.now()))["access_token"]


async def reset_token(person: Person, admin: Any) -> str:
    token: str = await admin.fetchval(
        "SELECT identity.issue_mail_token(uuidv7(), 'password_reset', $1, $2, now())",
        person.account["id"],
        person.email,
    )
    return token


async def test_nothing_of_it_is_left_after_closing_nor_in_audit_and_events(person: Person, admin: Any) -> None:
    begun = await person.does("begin_second_factor")
    codes = await person.does("confirm_second_factor", code=pyotp.TOTP(begun["secret"]).now())
    secret = await admin.fetchval(
        "SELECT secret FROM identity.second_factors WHERE account_id = $1", person.account["id"]
    )
    for table in ("audit.changes", "messaging.events", "messaging.outbox", "messaging.idempotency_keys"):
        text = await admin.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} AS t") or ""
        for hidden in (begun["secret"], secret.hex(), codes["recovery_codes"][0]):
            assert hidden not in text
    await person.does("close_account")
    for table in ("second_factors", "recovery_codes"):
        assert await admin.fetchval(
            f"SELECT count(*) FROM identity.{table} WHERE account_id = $1", person.account["id"]
        ) == 0  # fmt: skip


async def test_no_web_role_reads_the_secret(person: Person, connect: Any) -> None:
    await enrol(person)
    connection = await connect("web_admin")
    for table in ("second_factors", "recovery_codes"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"SELECT * FROM identity.{table}")
    found = json.dumps(await person.does("get_second_factor"))
    assert "secret" not in found


@pytest.fixture
async def boss(stranger: Any, admin: Any) -> Person:
    boss: Person = await stranger().sign_up()
    await admin.execute("UPDATE identity.accounts SET role = 'admin' WHERE id = $1", boss.account["id"])
    boss.role = "admin"
    await boss.log_in()
    return boss


async def test_an_admin_resets_that_of_another_and_not_their_own(person: Person, boss: Person, admin: Any) -> None:
    await enrol(person)
    await enrol(boss)
    with refused("own_account_refused", "SH403"):
        await boss.does("reset_second_factor", account_id=boss.account["id"])
    with refused("account_not_found", "SH404"):
        await boss.does("reset_second_factor", account_id="00000000-0000-7000-8000-000000000000")
    await boss.does("reset_second_factor", account_id=person.account["id"])
    with refused("second_factor_missing", "SH404"):
        await boss.does("reset_second_factor", account_id=person.account["id"])
    with refused("session_revoked"):
        await person.does("get_account")
    assert (await log_in(person, None))["access_token"]
    last = await admin.fetchval(
        f"{MAILS} AND payload ->> 'account_id' = $1 ORDER BY id DESC LIMIT 1", person.account["id"]
    )
    assert last == "reset"
