"""Guesses by others do not lock out a device or a network in which the account has logged in (line 3 of issue 14)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.identity.conftest import hashed
from tests.support.connections import refused

HOME = "192.0.2.1"
DEVICE = "d" * 43


async def log_in(call: Any, person: Any, password: str = "", address: str = HOME, device: str | None = None) -> Any:
    about = {"email": person.email, "client_address": address, "device_token": device}
    salt = await call("web_anonymous", "begin_session", **about)
    return await call("web_anonymous", "create_session", password=hashed(password or person.password, salt), **about)


async def guess(call: Any, person: Any, address: str, device: str | None = None) -> None:
    with refused("credentials_invalid"):
        await log_in(call, person, "Wrong-1", address, device)


async def attack(call: Any, person: Any) -> None:
    """Guesses from everywhere until they are refused."""
    for i in range(50):
        await guess(call, person, f"203.0.113.{i}")
    with refused("too_many_attempts"):
        await log_in(call, person, address="203.0.113.99")


async def test_an_attack_locks_out_unknown_places_only(person: Any, call: Any) -> None:
    await log_in(call, person, address=HOME, device=DEVICE)
    await attack(call, person)
    assert await log_in(call, person, address=HOME)  # the network
    assert await log_in(call, person, address="198.51.100.1", device=DEVICE)  # the device, elsewhere
    with refused("too_many_attempts"):
        await log_in(call, person, address="198.51.100.2", device="e" * 43)


async def test_a_neighbour_who_guesses_does_not_lock_out_the_device(person: Any, call: Any) -> None:
    await log_in(call, person, device=DEVICE)
    for _ in range(10):
        await guess(call, person, HOME)
    with refused("too_many_attempts"):
        await log_in(call, person)
    assert await log_in(call, person, device=DEVICE)


async def test_a_stolen_device_token_gives_ten_guesses(person: Any, call: Any) -> None:
    await log_in(call, person, device=DEVICE)
    for i in range(10):
        await guess(call, person, f"203.0.113.{i}", DEVICE)
    with refused("too_many_attempts"):
        await log_in(call, person, address="203.0.113.10", device=DEVICE)


async def test_a_device_is_known_to_the_account_that_logged_in_on_it(person: Any, other: Any, call: Any) -> None:
    await log_in(call, other, address=HOME, device=DEVICE)
    await attack(call, person)
    with refused("too_many_attempts"):
        await log_in(call, person, address=HOME, device=DEVICE)


async def test_a_failed_log_in_makes_nothing_known(person: Any, call: Any, admin: Any) -> None:
    await guess(call, person, HOME, DEVICE)
    known = "SELECT count(*) FROM identity.known_devices WHERE account_id = $1"
    assert await admin.fetchval(known, person.account["id"]) == 0


async def test_a_device_is_forgotten_after_ninety_days(person: Any, call: Any, admin: Any) -> None:
    await log_in(call, person, device=DEVICE)
    await admin.execute("UPDATE identity.known_devices SET last_used_at = now() - interval '91 days'")
    await attack(call, person)
    with refused("too_many_attempts"):
        await log_in(call, person, device=DEVICE)
    while await call("web_worker", "purge_expired"):
        pass
    assert await admin.fetchval("SELECT count(*) FROM identity.known_devices") == 0


async def test_an_account_has_at_most_twenty(person: Any, call: Any, admin: Any) -> None:
    for i in range(25):
        await log_in(call, person, address=f"192.0.2.{i}")
        await admin.execute("UPDATE identity.known_devices SET last_used_at = last_used_at - interval '2 hours'")
    known = "SELECT count(*) FROM identity.known_devices WHERE account_id = $1"
    assert await admin.fetchval(known, person.account["id"]) == 20
    await attack(call, person)
    assert await log_in(call, person, address="192.0.2.24")
    with refused("too_many_attempts"):
        await log_in(call, person, address="192.0.2.0")


async def test_log_ins_at_once_on_one_device_do_not_deadlock(person: Any, call: Any) -> None:
    sessions = await asyncio.gather(*(log_in(call, person, device=DEVICE) for _ in range(10)))
    assert len(sessions) == 10


async def test_nothing_that_is_stored_names_a_network(person: Any, call: Any, admin: Any) -> None:
    await log_in(call, person, device=DEVICE)
    rows = await admin.fetch("SELECT k::text FROM identity.known_devices AS k")
    assert len(rows) == 2
    assert not any(HOME in row[0] or DEVICE in row[0] for row in rows)


async def test_a_closed_account_has_none(person: Any, call: Any, admin: Any) -> None:
    await log_in(call, person, device=DEVICE)
    await admin.execute("UPDATE identity.accounts SET status = 'closed' WHERE id = $1", person.account["id"])
    await admin.execute("SELECT identity.erase_account($1)", person.account["id"])
    assert await admin.fetchval("SELECT count(*) FROM identity.known_devices") == 0


@pytest.fixture(autouse=True)
async def _forget(person: Any, other: Any, admin: Any) -> None:
    """Both have logged in; and a window of 15 minutes does not end within a test."""
    await admin.execute("DELETE FROM identity.known_devices; DELETE FROM identity.login_attempts")
    await admin.execute(
        "SELECT pg_sleep(CASE WHEN n.rest < 20 THEN n.rest ELSE 0 END) "
        "FROM (SELECT 900 - extract(epoch FROM now())::numeric % 900 AS rest) AS n"
    )


async def test_addresses_of_one_ipv6_customer_are_one(person: Any, call: Any) -> None:
    for i in range(10):
        await guess(call, person, f"2001:db8:1:2:{i + 1}::{i}")
    with refused("too_many_attempts"):
        await log_in(call, person, address="2001:db8:1:2:ffff::1")
    assert await log_in(call, person, address="2001:db8:1:3::1")
    for i in range(10):
        await guess(call, person, "203.0.113.5" if i % 2 else "::ffff:203.0.113.5")
    with refused("too_many_attempts"):
        await log_in(call, person, address="203.0.113.5")
