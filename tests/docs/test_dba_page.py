"""The SQL that db/docs/dba.md and monitoring/README.md give a DBA runs as it is written."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop

ROOT = Path(__file__).parents[2]
EXAMPLE_PAYMENT = "01900000-0000-7000-8000-000000000000"


def blocks(page: str, heading: str) -> list[str]:
    """The SQL blocks below a heading."""
    section = (ROOT / page).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```sql\n(.*?)```", section, re.DOTALL)


@pytest.fixture(scope="module")
async def dba(connect: Any) -> AsyncIterator[Any]:
    """A DBA's own role, in psql's place."""
    connection = await connect()
    name = f"d{uuid.uuid4().hex[:12]}"
    role = await connection.fetchval("SELECT identity.make_dba_role($1)", name)
    await connection.execute(f"SET SESSION AUTHORIZATION {role}")
    yield connection
    await connection.execute(f"RESET SESSION AUTHORIZATION; DROP OWNED BY {role}; DROP ROLE {role}")


async def test_looking(dba: Any, admin: Any) -> None:
    own = blocks("db/docs/dba.md", "A role of one's own")[0]
    for block in (own, *blocks("monitoring/README.md", "What is stored")):
        for statement in re.sub(r" *-- .*", "", block).strip().split(";\n"):
            if "pg_stat_statements_reset()" in statement:
                await admin.execute(f"EXPLAIN {statement}")  # other tests read the statistics
            else:
                await dba.execute(statement)


async def test_a_program_of_ones_own(admin: Any, connect: Any, shop: Shop) -> None:
    block = blocks("db/docs/dba.md", "A role of one's own")[1]
    role = f"erp_{uuid.uuid4().hex[:12]}"
    await admin.execute(block.replace("erp", role))
    program = await connect()
    await program.execute(f"SET SESSION AUTHORIZATION {role}")
    call = "SELECT set_config('app.token', $1, true)"
    try:
        for token, allowed in ((await shop.account(), True), (shop.merchant, True), (shop.support, False)):
            async with program.transaction():
                await program.fetchval(call, token)
                if allowed:
                    assert await program.fetchval("SELECT api.get_cart()")
                else:
                    with pytest.raises(Exception, match="for another audience"):
                        async with program.transaction():
                            await program.fetchval("SELECT api.get_cart()")
        with pytest.raises(Exception, match="permission denied"):
            await program.fetchval("SELECT count(*) FROM sales.orders")
    finally:
        await program.execute("RESET SESSION AUTHORIZATION")
        await admin.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


async def test_acting_for_a_customer(dba: Any, call: Any, admin: Any) -> None:
    account = await call("web_anonymous", "create_account", email="ada@example.com", password="x" * 60)
    await dba.execute(blocks("db/docs/dba.md", "Acting for a customer")[0])
    event = await admin.fetchrow(
        "SELECT kind, db_role, detail ->> 'reason' AS reason FROM audit.security_events "
        "WHERE account_id = $1::text::uuid AND kind = 'acted_for'",
        account["id"],
    )
    assert (event["kind"], event["reason"]) == ("acted_for", "T-812")
    assert event["db_role"].startswith("dba_d")


async def test_marking_payments_by_hand(dba: Any, admin: Any, shop: Shop) -> None:
    customer, product = await shop.account(), await shop.product(price=1000)
    complete, fail, look = blocks("db/docs/dba.md", "Marking a payment by hand")[0].strip().splitlines()
    order = await shop.order(customer, product)
    attempt = await shop.begin(customer, order)
    assert await dba.fetchval(fail.replace(EXAMPLE_PAYMENT, attempt["id"])) is True
    payment = await shop.begin(customer, order)
    assert await dba.fetchval(complete.replace(EXAMPLE_PAYMENT, payment["id"])) is True
    assert await dba.fetchval(complete.replace(EXAMPLE_PAYMENT, payment["id"])) is False
    assert await admin.fetchval("SELECT status FROM sales.orders WHERE id = $1::text::uuid", order["id"]) == "paid"
    events = [row for row in await dba.fetch(look) if row["kind"] == "payment_marked"]
    assert len(events) == 2
    assert all(row["db_role"].startswith("dba_d") for row in events)
    assert await admin.fetch("SELECT * FROM audit.check_invariants() WHERE NOT ok") == []
