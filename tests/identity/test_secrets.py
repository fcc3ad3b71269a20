"""Arbitrary SQL in a web pool learns nothing from the identity tables, and store_api itself cannot reach a secret."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

SECRETS = (
    "passwords",
    "signing_keys",
    "salt_key",
    "sessions",
    "refresh_tokens",
    "login_attempts",
    "known_devices",
    "api_keys",
    "mail_tokens",
    "outside_issuers",
    "outside_identities",
)
TABLES = ("accounts", *SECRETS, "addresses")


@pytest.mark.parametrize("role", ["web_anonymous", "web_customer"])
async def test_a_web_role_reads_and_writes_no_table(role: str, connect: Any, person: Any) -> None:
    connection = await connect(role)
    await connection.execute(
        f"SET app.actor = '{person.account['id']}'; SET app.audience = 'admin'; "
        f"SET app.token = '{person.session['access_token']}'"
    )
    for table in TABLES:
        for attack in (
            f"SELECT * FROM identity.{table}",
            f"SELECT count(*) FROM identity.{table}",
            f"TABLE identity.{table}",
            f"DELETE FROM identity.{table}",
            f"INSERT INTO identity.{table} DEFAULT VALUES",
            f"COPY identity.{table} TO STDOUT",
            f"CREATE TEMP VIEW v AS TABLE identity.{table}",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(attack)


@pytest.mark.parametrize("role", ["web_anonymous", "web_customer"])
async def test_a_web_role_calls_no_routine_behind_the_door(role: str, connect: Any, person: Any) -> None:
    connection = await connect(role)
    await connection.execute(f"SET app.token = '{person.session['access_token']}'")
    for attack in (
        "identity.authenticate()",
        "identity.find_salt('a@b.example')",
        "identity.find_own_salt()",
        "identity.add_signing_key()",
        "identity.issue_local_token('customer')",
        f"identity.issue_token('{person.account['id']}', 'admin', '{person.account['id']}')",
        f"identity.issue_session('{person.account['id']}')",
        f"identity.set_password('{person.account['id']}', repeat('x', 60))",
        "identity.purge_expired()",
        "api.render_account(NULL)",
        "api.purge_expired()",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"SELECT {attack}")


async def test_store_api_sees_no_secret_and_only_the_callers_rows(connect: Any, person: Any, other: Any) -> None:
    """What a hole in an api function would give: still no hash, and no other account."""
    api = await connect()
    await other.does("create_address", name="O", line1="l", city="c", country="BD")
    await api.execute("SET ROLE store_api")
    for table in SECRETS:
        for attack in (
            f"SELECT * FROM identity.{table}",
            f"DELETE FROM identity.{table}",
            f"UPDATE identity.{table} SET created_at = now()",
        ):
            with pytest.raises(asyncpg.PostgresError) as error:
                await api.execute(attack)
            assert error.value.sqlstate in ("42501", "42703")
    assert await api.fetchval("SELECT count(*) FROM identity.accounts") == 0
    await api.execute(f"SET app.actor = '{person.account['id']}'")
    assert [str(row["id"]) for row in await api.fetch("SELECT id FROM identity.accounts")] == [person.account["id"]]
    assert await api.fetchval("SELECT count(*) FROM identity.addresses") == 0
    assert (
        await api.execute(f"UPDATE identity.accounts SET display_name = 'x' WHERE id = '{other.account['id']}'")
        == "UPDATE 0"
    )
    for attack in (
        "UPDATE identity.accounts SET role = 'admin'",
        "UPDATE identity.accounts SET status = 'active'",
        "DELETE FROM identity.accounts",
        "INSERT INTO identity.accounts (email, role) VALUES ('a@b.example', 'admin')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await api.execute(attack)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await api.execute(
            "INSERT INTO identity.addresses (account_id, name, line1, city, country) VALUES ($1, 'a', 'b', 'c', 'BD')",
            other.account["id"],
        )
    await api.execute("SET app.audience = 'support'")
    assert await api.fetchval("SELECT count(*) FROM identity.accounts") >= 2
    assert await api.fetchval("SELECT count(*) FROM identity.addresses") == 0


async def test_there_is_one_key_from_the_start(make_database: Any) -> None:
    access = make_database()
    connection = await asyncpg.connect(access.admin())
    try:
        key = await connection.fetchrow(
            "SELECT length(inner_pad) AS inner, length(outer_pad) AS outer, retired_at FROM identity.signing_keys"
        )
        assert tuple(key.values()) == (64, 64, None)
        assert await connection.fetchval("SELECT count(*) FROM identity.signing_keys") == 1
    finally:
        await connection.close()


async def test_what_is_deployed_is_public(call: Any) -> None:
    deployed = await call("web_anonymous", "get_schema_version")
    assert deployed["schema_version"] >= "0008.audit"
    assert len(deployed["code_digest"]) == 64
