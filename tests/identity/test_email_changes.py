"""A new e-mail counts once it is confirmed, and the old address is told (case S3)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.identity.accounts.test_mail_tokens import JOB, ask
from tests.identity.accounts.test_mail_tokens import confirm as confirm
from tests.identity.conftest import Person, hashed
from tests.support.connections import refused


@pytest.fixture
async def mailed(call: Any, admin: Any) -> Any:
    """The last mail of this kind to an account, as the worker reads it."""

    async def read(template: str, person: Person) -> Any:
        return await call(
            "web_worker", "prepare_mail", mail_id=await admin.fetchval(JOB, template, person.account["id"])
        )

    return read


async def log_in_elsewhere(person: Person) -> str:
    here = person.session
    token: str = (await person.log_in())["access_token"]
    person.session = here
    return token


async def test_a_new_email_counts_once_it_is_confirmed(person: Person, mailed: Any, confirm: Any, call: Any) -> None:
    old, new = person.email, "new." + person.email
    elsewhere = await log_in_elsewhere(person)
    changed = await person.does("update_account", email=new)
    assert (changed["email"], changed["pending_email"], changed["email_verified"]) == (old, new, False)
    notice, mail = await mailed("email_change_notice", person), await mailed("email_change", person)
    assert (notice["recipient"], mail["recipient"]) == (old, new)
    assert "token" not in notice["data"]
    confirmed = await confirm("web_customer", "confirm_email_verification", person, token=mail["data"]["token"])
    assert (confirmed["email"], confirmed["pending_email"], confirmed["email_verified"]) == (new, None, True)
    assert await person.does("get_account") == confirmed
    with refused("session_revoked"):
        await call("web_customer", "get_account", token=elsewhere)
    with refused("credentials_invalid"):
        await person.log_in()
    person.email = new
    await person.log_in()
    with refused("mail_token_invalid"):
        await confirm("web_customer", "confirm_email_verification", person, token=mail["data"]["token"])


async def test_a_borrowed_token_changes_no_email(person: Person, admin: Any) -> None:
    """S3: with a stolen access token: PATCH /account {email}, then a password reset."""
    await admin.execute("UPDATE identity.sessions SET confirmed_at = now() - interval '11 minutes'")
    with refused("confirmation_required", "SH403"):
        await person.does("update_account", email="thief@evil.example")
    assert (await person.does("update_account", display_name="Ada"))["pending_email"] is None


async def test_the_notice_reaches_the_old_address_after_the_change_too(
    person: Person, mailed: Any, confirm: Any
) -> None:
    old = person.email
    await person.does("update_account", email="late." + old)
    token = (await mailed("email_change", person))["data"]["token"]
    await confirm("web_gateway", "confirm_email_link", token=token)
    assert (await mailed("email_change_notice", person))["recipient"] == old
    # The link ended every session but the one that had asked.
    assert (await person.does("get_account"))["email"] == "late." + old


async def test_reset_tokens_of_the_old_address_are_void(person: Person, mailed: Any, confirm: Any, call: Any) -> None:
    await ask(call, person.email)
    reset = (await mailed("password_reset", person))["data"]["token"]
    await person.does("update_account", email="moved." + person.email)
    token = (await mailed("email_change", person))["data"]["token"]
    await confirm("web_customer", "confirm_email_verification", person, token=token)
    with refused("mail_token_invalid"):
        await confirm("web_anonymous", "confirm_password_reset", token=reset, new_password=hashed("New-1"))


async def test_a_new_password_or_the_old_email_cancels_the_change(person: Person, mailed: Any, confirm: Any) -> None:
    async def begin() -> str:
        await person.does("update_account", email="away." + person.email)
        token: str = (await mailed("email_change", person))["data"]["token"]
        return token

    token = await begin()
    assert (await person.does("update_account", email=person.email.upper()))["pending_email"] is None
    with refused("mail_token_invalid"):
        await confirm("web_customer", "confirm_email_verification", person, token=token)
    token = await begin()
    salt = await person.does("get_password_salt")
    await person.does("change_password", current_password=hashed(person.password, salt), new_password=hashed("New-1"))
    assert (await person.does("get_account"))["pending_email"] is None
    with refused("mail_token_invalid"):
        await confirm("web_customer", "confirm_email_verification", person, token=token)
    assert await mailed("email_change", person) is None


async def test_an_email_is_one_accounts(person: Person, other: Person, mailed: Any, confirm: Any) -> None:
    with refused("email_taken", "SH409"):
        await person.does("update_account", email=other.email.upper())
    wanted = "wanted." + person.email
    tokens = []
    for somebody in (person, other):  # a pending e-mail is nobody's yet
        await somebody.does("update_account", email=wanted)
        tokens.append((await mailed("email_change", somebody))["data"]["token"])
    ends = await asyncio.gather(
        *(
            confirm("web_gateway" if n else "web_customer", function, None if n else person, token=token)
            for n, (function, token) in enumerate(
                zip(("confirm_email_verification", "confirm_email_link"), tokens, strict=True)
            )
        ),
        return_exceptions=True,
    )
    assert sorted(getattr(end, "constraint_name", "changed") for end in ends) == ["changed", "email_taken"]


async def test_changes_and_mails_to_an_address_are_few(person: Person, stranger: Any, call: Any) -> None:
    for n in range(5):
        await person.does("update_account", email=f"n{n}.{person.email}")
    with refused("too_many_attempts", "SH429"):
        await person.does("update_account", email="n5." + person.email)
    victim = stranger().email
    for n in range(10):
        await ask(call, victim, f"192.0.2.{n}")
    crowd = await stranger().sign_up()
    await crowd.log_in()
    with refused("too_many_attempts", "SH429"):
        await crowd.does("update_account", email=victim)


async def test_mails_to_an_address_that_is_not_verified_name_nobody(stranger: Any, mailed: Any, admin: Any) -> None:
    spammer = await stranger().sign_up(display_name="You won! Visit evil.example")
    await spammer.log_in()
    await spammer.does("request_email_verification")
    assert (await mailed("email_verification", spammer))["name"] is None
    await admin.execute("UPDATE identity.accounts SET email_verified = true WHERE id = $1", spammer.account["id"])
    await spammer.does("update_account", email="victim." + spammer.email)
    for template in ("email_change", "email_change_notice"):
        assert "evil" not in str(await mailed(template, spammer))


async def test_the_addresses_are_erased_with_the_account(person: Person, admin: Any) -> None:
    new = "gone." + person.email
    await person.does("update_account", email=new)
    await person.does("close_account")
    left = await admin.fetchval(
        "SELECT (SELECT count(*) FROM identity.email_changes AS c WHERE $1 IN (c.old_email, c.new_email)) "
        "+ (SELECT count(*) FROM audit.changes AS c WHERE c.new::text LIKE '%' || $1 || '%' "
        "   OR c.old::text LIKE '%' || $1 || '%') "
        "+ (SELECT count(*) FROM identity.accounts AS a WHERE a.pending_email = $1)",
        new,
    )
    assert left == 0
