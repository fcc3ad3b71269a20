"""Arbitrary SQL as each web role: nothing that is not the caller's own is read, and nothing is changed.

Told one by one; what the catalogue lists is tried in test_catalogue_attacks.py and test_other_peoples_rows.py.
The attacker here holds a pool's connection (an injection, a stolen password) and possibly a token of their own.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import asyncpg
import pytest

PASSWORD = "x" * 60

pytestmark = pytest.mark.anyio


async def make_account(call: Any, admin: Any, email: str, role: str = "customer") -> dict[str, Any]:
    account: dict[str, Any] = await call("web_anonymous", "create_account", email=email, password=PASSWORD)
    if role != "customer":
        await admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1", account["id"], role)
    token = await admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
    return {**account, "token": token}


async def fingerprint(admin: Any) -> dict[str, tuple[int, str]]:
    """Every table's row count and content hash: what an attack must leave as it was."""
    tables = await admin.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
        "WHERE schemaname !~ '^(pg_|information_schema$)' ORDER BY 1"
    )
    prints = {}
    for table in tables:
        row = await admin.fetchrow(
            "SELECT count(*) AS n, coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS content "
            f"FROM {table['name']} AS t"
        )
        prints[table["name"]] = (row["n"], row["content"])
    return prints


@pytest.fixture(scope="module")
async def victim(call: Any, admin: Any) -> dict[str, Any]:
    merchant = await make_account(call, admin, "seller@victim.example", "merchant")
    buyer = await make_account(call, admin, "buyer@victim.example")
    product = await call(
        "web_merchant",
        "create_product",
        token=merchant["token"],
        name="Lamp",
        description="",
        sku="L-1",
        price=500,
        currency="USD",
        stock=10,
    )
    address = await call(
        "web_customer",
        "create_address",
        token=buyer["token"],
        name="B. Uyer",
        line1="1 Secret Street",
        city="Dhaka",
        country="BD",
    )
    order = await call(
        "web_customer",
        "create_order",
        token=buyer["token"],
        items=[{"product_id": product["id"], "quantity": 1}],
        shipping_address_id=address["id"],
    )
    payment = await call("web_customer", "begin_payment", token=buyer["token"], order_id=order["id"], provider="mock")
    return {
        "buyer": buyer,
        "merchant": merchant,
        "product": product,
        "address": address,
        "order": order,
        "payment": payment["payment"],
    }


async def test_settings_are_no_identity(connect: Any, victim: Any) -> None:
    """Anybody can set app.actor and app.audience; without a token that the database verifies they mean nothing."""
    for role in ("anonymous", "customer", "merchant", "support", "admin"):
        connection = await connect(f"web_{role}")
        await connection.execute(
            f"SET app.actor = '{victim['buyer']['id']}'; SET app.audience = 'admin'; "
            f"SET app.session = '{victim['buyer']['id']}'"
        )
        for attack in (
            f"SELECT api.get_order('{victim['order']['id']}')",
            "SELECT api.get_account()",
            "SELECT api.get_cart()",
            "SELECT * FROM api.list_addresses()",
            f"SELECT api.cancel_order('{victim['order']['id']}')",
        ):
            with pytest.raises(asyncpg.PostgresError) as error:
                await connection.fetch(attack)
            assert error.value.sqlstate in ("SH401", "42501")


async def test_a_stolen_pool_and_an_own_token_reach_only_own_rows(
    call: Any, connect: Any, admin: Any, victim: Any
) -> None:
    mallory = await make_account(call, admin, "mallory@evil.example")
    before = await fingerprint(admin)
    connection = await connect("web_customer")
    await connection.execute(
        f"SET app.token = '{mallory['token']}'; SET app.actor = '{victim['buyer']['id']}'; SET app.audience = 'admin'"
    )
    order, payment, address = victim["order"]["id"], victim["payment"]["id"], victim["address"]["id"]
    line = victim["order"]["items"][0]["id"]
    for attack, code in (
        (f"api.get_order('{order}')", "order_not_found"),
        (f"api.list_order_events('{order}')", "order_not_found"),
        (f"api.cancel_order('{order}')", "order_not_found"),
        (f"api.delete_product_in_order('{order}', '{line}')", "order_not_found"),
        (f"api.list_payments('{order}')", "order_not_found"),
        (f"api.begin_payment('{order}', 'mock')", "order_not_found"),
        (f"api.get_payment('{payment}')", "payment_not_found"),
        (f"api.cancel_payment('{payment}')", "payment_not_found"),
        (f"api.delete_address('{address}')", "address_not_found"),
        (f"api.set_shipping_address('{order}', '{address}')", "order_not_found"),
    ):
        with pytest.raises(asyncpg.PostgresError) as error:
            await connection.fetch(f"SELECT {attack}")
        assert (error.value.sqlstate, error.value.constraint_name) == ("SH404", code), attack
    assert json.loads(await connection.fetchval("SELECT to_json(api.list_orders())"))["data"] == []
    assert json.loads(await connection.fetchval("SELECT to_json(api.list_addresses())"))["data"] == []
    assert json.loads(await connection.fetchval("SELECT to_json(api.get_account())"))["id"] == mallory["id"]
    after = await fingerprint(admin)
    assert {name for name in before if before[name] != after[name]} == set()


async def test_a_customers_token_is_worth_nothing_in_a_larger_pool(connect: Any, victim: Any) -> None:
    for role in ("merchant", "support", "admin"):
        connection = await connect(f"web_{role}")
        await connection.execute(f"SET app.token = '{victim['buyer']['token']}'")
        with pytest.raises(asyncpg.PostgresError) as error:
            await connection.fetch("SELECT api.get_account()")
        assert error.value.constraint_name == "token_invalid"


async def test_search_path_and_temporary_objects_change_nothing(
    connect: Any, call: Any, admin: Any, victim: Any
) -> None:
    """A definer function pins its path: what an attacker puts in front of it is not seen."""
    mallory = await make_account(call, admin, "shadow@evil.example")
    connection = await connect("web_customer")
    await connection.execute("SET search_path = pg_temp, public, api, pg_catalog")
    await connection.execute(f"SET app.token = '{mallory['token']}'")
    with pytest.raises(asyncpg.PostgresError):
        await connection.execute(
            "CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql RETURN timestamptz '2000-01-01'"
        )
    assert json.loads(await connection.fetchval("SELECT to_json(api.get_account())"))["id"] == mallory["id"]


async def test_errors_name_no_table(call: Any, connect: Any, victim: Any) -> None:
    """What leaves through an error is for the client: a code and a sentence, never another row."""
    connection = await connect("web_anonymous")
    with pytest.raises(asyncpg.UniqueViolationError) as error:
        await connection.fetch("SELECT api.create_account('buyer@victim.example', $1)", PASSWORD)
    assert error.value.constraint_name == "email_taken"


async def test_service_functions_are_for_services(connect: Any, victim: Any) -> None:
    for role in ("anonymous", "customer", "merchant", "support", "admin"):
        connection = await connect(f"web_{role}")
        payment = victim["payment"]["id"]
        for attack in (
            f"SELECT api.open_payment('{payment}', 'x', 'https://evil.example')",
            "SELECT api.expire_orders()",
            "SELECT api.claim_jobs()",
            f"SELECT api.receive_gateway_event('mock', 'e', 'completed', '{{}}', '{payment}', amount => 500)",
        ):
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.UndefinedFunctionError)) as error:
                await connection.fetch(attack)
            assert error.value.sqlstate == "42501", attack


async def test_forty_log_ins_cannot_tell_whether_a_mail_exists(call: Any, connect: Any, victim: Any) -> None:
    """The salt of an unknown mail is as stable and as well-formed as a real one's."""
    known = {
        await call("web_anonymous", "begin_session", email="buyer@victim.example", client_address=f"10.0.0.{i}")
        for i in range(3)
    }
    unknown = {
        await call("web_anonymous", "begin_session", email="nobody@victim.example", client_address=f"10.0.0.{i}")
        for i in range(3)
    }
    assert len(known) == len(unknown) == 1
    answers = await asyncio.gather(
        *(
            call("web_anonymous", "create_session", email=mail, password="y" * 60)
            for mail in ("buyer@victim.example", "nobody@victim.example")
        ),
        return_exceptions=True,
    )
    assert {(a.sqlstate, a.constraint_name, str(a)) for a in answers if isinstance(a, asyncpg.PostgresError)} == {
        (a.sqlstate, a.constraint_name, str(a)) for a in answers[:1] if isinstance(a, asyncpg.PostgresError)
    }
    assert [a for a in answers if not isinstance(a, asyncpg.PostgresError)] == []
