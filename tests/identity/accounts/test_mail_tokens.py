"""Tokens by mail: they prove a mailbox, once, for a while, for that address; and nothing tells who has an account."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
import uuid
from typing import Any

import asyncpg
import pytest

from tests.identity.conftest import hashed
from tests.support.connections import refused

JOB = """
    SELECT id FROM messaging.outbox
    WHERE kind = 'send_mail' AND payload ->> 'template' = $1 AND payload ->> 'account_id' = $2 ORDER BY id DESC LIMIT 1
"""


@pytest.fixture
async def post(call: Any, admin: Any) -> Any:
    """The token of the last mail of this kind to somebody, as the worker puts it into the mail."""

    async def read(template: str, person: Any) -> Any:
        job = await admin.fetchval(JOB, template, person.account["id"])
        mail = await call("web_worker", "prepare_mail", mail_id=job)
        return mail and mail["data"]["token"]

    return read


@pytest.fixture
async def confirm(connect: Any) -> Any:
    """Calls a function that itself takes a `token`."""
    pools = {role: await connect(role) for role in ("web_anonymous", "web_customer", "web_gateway")}
    pools |= {f"{role}{n}": await connect(role) for role in ("web_anonymous",) for n in range(20)}

    async def run(role: str, function: str, person: Any = None, n: object = "", **given: str) -> Any:
        access = person.session["access_token"] if person else ""
        places = ", ".join(f"{name} => ${place}" for place, name in enumerate(given, 2))
        answer = await pools[f"{role}{n}"].fetchval(
            f"WITH caller AS MATERIALIZED (SELECT set_config('app.token', $1, true)) "
            f"SELECT to_json(api.{function}({places}))::text FROM caller", access, *given.values(),
        )  # fmt: skip
        return json.loads(answer) if answer else None

    return run


async def ask(call: Any, email: str, address: str | None = None) -> None:
    await call("web_anonymous", "request_password_reset", email=email, client_address=address)


# --- e-mail ---------------------------------------------------------------------------------------


async def test_an_email_is_verified_once(person: Any, post: Any, confirm: Any) -> None:
    await person.does("request_email_verification")
    token = await post("email_verification", person)
    assert (await confirm("web_customer", "confirm_email_verification", person, token=token))["email_verified"] is True
    with refused("mail_token_invalid", "SH422"):
        await confirm("web_customer", "confirm_email_verification", person, token=token)
    with refused("email_verified_already", "SH409"):
        await person.does("request_email_verification")


async def test_the_link_verifies_without_a_log_in(person: Any, post: Any, call: Any, confirm: Any) -> None:
    await person.does("request_email_verification")
    token = await post("email_verification", person)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await confirm("web_anonymous", "confirm_email_link", token=token)
    await confirm("web_gateway", "confirm_email_link", token=token)
    assert (await person.does("get_account"))["email_verified"] is True


async def test_a_token_is_for_one_account_one_address_one_purpose(
    person: Any, other: Any, post: Any, call: Any, confirm: Any, admin: Any
) -> None:
    await person.does("request_email_verification")
    token = await post("email_verification", person)
    with refused("mail_token_invalid"):
        await confirm("web_customer", "confirm_email_verification", other, token=token)
    with refused("mail_token_invalid"):
        await confirm("web_anonymous", "confirm_password_reset", token=token, new_password=hashed("New-1"))
    change = "UPDATE identity.accounts SET email = $2 WHERE id = $1"
    await admin.execute(change, person.account["id"], "moved." + person.email)
    with refused("mail_token_invalid"):
        await confirm("web_customer", "confirm_email_verification", person, token=token)
    await admin.execute(change, person.account["id"], person.email)
    assert (await confirm("web_customer", "confirm_email_verification", person, token=token))["email_verified"] is True


async def test_verification_mails_are_few(person: Any) -> None:
    for _ in range(5):
        await person.does("request_email_verification")
    with refused("too_many_attempts", "SH429"):
        await person.does("request_email_verification")


# --- passwords ------------------------------------------------------------------------------------


async def test_a_password_is_set_anew(person: Any, post: Any, call: Any, confirm: Any) -> None:
    await ask(call, person.email.upper())
    token = await post("password_reset", person)
    before = person.session
    await confirm("web_anonymous", "confirm_password_reset", token=token, new_password=hashed("New-1"))
    with refused("session_revoked", "SH401"):
        await person.does("get_account")
    with refused("refresh_token_invalid", "SH401"):
        await person.refresh(before["refresh_token"])
    with refused("credentials_invalid", "SH401"):
        await person.log_in()
    await person.log_in("New-1")
    assert (await person.does("get_account"))["email_verified"] is True
    with refused("mail_token_invalid", "SH422"):
        await confirm("web_anonymous", "confirm_password_reset", token=token, new_password=hashed("Other-1"))


async def test_a_paused_log_in_is_free_after_a_reset(person: Any, post: Any, call: Any, confirm: Any) -> None:
    for _ in range(10):
        with refused("credentials_invalid"):
            await person.log_in("Wrong-1")
    with refused("too_many_attempts"):
        await person.log_in()
    await ask(call, person.email)
    await confirm("web_anonymous", "confirm_password_reset", token=await post("password_reset", person),
        new_password=hashed("New-1"),
    )  # fmt: skip
    await person.log_in("New-1")


async def test_twenty_uses_at_once_are_one(person: Any, post: Any, call: Any, confirm: Any) -> None:
    await ask(call, person.email)
    token = await post("password_reset", person)
    ends = await asyncio.gather(
        *(
            confirm("web_anonymous", "confirm_password_reset", n=i, token=token, new_password=hashed(f"New-{i}"))
            for i in range(20)
        ),
        return_exceptions=True,
    )
    assert [getattr(end, "constraint_name", "set") for end in ends].count("set") == 1
    assert {getattr(end, "constraint_name", "set") for end in ends} == {"set", "mail_token_invalid"}


async def test_one_reset_ends_the_other_mails(person: Any, post: Any, call: Any, confirm: Any) -> None:
    await ask(call, person.email)
    first = await post("password_reset", person)
    await ask(call, person.email)
    second = await post("password_reset", person)
    assert first != second
    await confirm("web_anonymous", "confirm_password_reset", token=first, new_password=hashed("New-1"))
    with refused("mail_token_invalid"):
        await confirm("web_anonymous", "confirm_password_reset", token=second, new_password=hashed("New-2"))


async def test_a_token_lives_an_hour(person: Any, post: Any, call: Any, admin: Any, confirm: Any) -> None:
    await ask(call, person.email)
    token = await post("password_reset", person)
    lives = await admin.fetchval(
        "SELECT expires_at - now() FROM identity.mail_tokens WHERE account_id = $1", uuid.UUID(person.account["id"])
    )
    assert 3590 < lives.total_seconds() <= 3600
    await admin.execute("UPDATE identity.mail_tokens SET expires_at = now()")
    with refused("mail_token_invalid"):
        await confirm("web_anonymous", "confirm_password_reset", token=token, new_password=hashed("New-1"))
    # A mail that waited for longer than that is not sent any more.
    await ask(call, person.email)
    await admin.execute(
        "UPDATE messaging.outbox SET created_at = now() - interval '61 minutes' WHERE id = $1",
        await admin.fetchval(JOB, "password_reset", person.account["id"]),
    )
    assert await post("password_reset", person) is None


async def test_no_token_for_the_suspended_or_the_closed(
    person: Any, other: Any, post: Any, call: Any, admin: Any, confirm: Any
) -> None:
    for somebody in (person, other):
        await ask(call, somebody.email)
    token = await post("password_reset", person)
    await admin.execute("UPDATE identity.accounts SET status = 'suspended' WHERE email = $1", person.email)
    with refused("mail_token_invalid"):
        await confirm("web_anonymous", "confirm_password_reset", token=token, new_password=hashed("New-1"))
    await other.does("close_account")
    job = await admin.fetchval(JOB, "password_reset", other.account["id"])
    assert await call("web_worker", "prepare_mail", mail_id=job) is None


async def test_the_token_is_at_rest_nowhere_and_stays_used(
    person: Any, post: Any, call: Any, admin: Any, confirm: Any
) -> None:
    await ask(call, person.email)
    token = await post("password_reset", person)
    tables = await admin.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    for table in tables:
        assert not await admin.fetchval(
            f"SELECT count(*) FROM {table['name']} AS t WHERE t::text LIKE '%' || $1 || '%'", token
        ), table["name"]
    assert await post("password_reset", person) == token  # the worker died and writes the mail again: the same mail
    await admin.fetchval("SELECT identity.add_signing_key()")
    assert await post("password_reset", person) == token  # whatever key signs by now
    await confirm("web_anonymous", "confirm_password_reset", token=token, new_password=hashed("New-1"))
    assert await post("password_reset", person) == token
    with refused("mail_token_invalid"):
        await confirm("web_anonymous", "confirm_password_reset", token=token, new_password=hashed("New-2"))


async def test_resets_are_few(person: Any, call: Any) -> None:
    for email in (person.email, f"nobody.{uuid.uuid4().hex}@shop.example"):
        for _ in range(5):
            await ask(call, email, "198.51.100.1")
        with refused("too_many_attempts", "SH429"):
            await ask(call, email, "198.51.100.1")
        for _ in range(5):
            await ask(call, email, "198.51.100.2")
        with refused("too_many_attempts", "SH429"):
            await ask(call, email, "198.51.100.3")
    for i in range(80):
        await ask(call, f"{i}.{uuid.uuid4().hex}@shop.example", "198.51.100.1")
    ends = await asyncio.gather(
        *(ask(call, f"{i}.{uuid.uuid4().hex}@shop.example", "198.51.100.1") for i in range(30)), return_exceptions=True
    )
    assert "too_many_attempts" in {getattr(end, "constraint_name", "") for end in ends}


async def test_neither_answer_nor_time_nor_work_tells_who_is_known(stranger: Any, call: Any, admin: Any) -> None:
    known = [(await stranger().sign_up()).email for _ in range(60)]
    times: dict[bool, list[float]] = {True: [], False: []}
    for email in known:
        for knows in (True, False):
            started = time.perf_counter()
            answer = await ask(call, email if knows else "x" + email)
            times[knows].append(time.perf_counter() - started)
            assert answer is None
    medians = [statistics.median(times[knows]) for knows in (True, False)]
    print(f"reset: known {medians[0] * 1e3:.2f} ms, unknown {medians[1] * 1e3:.2f} ms")
    assert max(medians) < 1.5 * min(medians)
    jobs = await admin.fetch(
        "SELECT (payload ->> 'account_id' IS NOT NULL) AS known, count(*) AS jobs FROM messaging.outbox "
        "WHERE payload ->> 'template' = 'password_reset' AND id IN "
        "(SELECT id FROM messaging.outbox ORDER BY id DESC LIMIT 120) GROUP BY 1"
    )
    assert {row["known"]: row["jobs"] for row in jobs} == {True: 60, False: 60}
