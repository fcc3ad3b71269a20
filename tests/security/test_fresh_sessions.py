"""Operations that need a session confirmed in the last ten minutes, and how a session is confirmed (case S3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.identity.conftest import Person, hashed
from tests.identity.conftest import person as person
from tests.identity.conftest import stranger as stranger
from tests.support.connections import refused

# Functions for staff that change something and do not ask for a confirmation, each with its reason.
WITHOUT_CONFIRMATION = {
    "begin_payout_export": "records that the transfers are exported, which only reads",
    "create_category": "the catalogue's tree: no money, no rights",
    "update_category": "the catalogue's tree: no money, no rights",
    "delete_category": "the catalogue's tree: no money, no rights",
    "create_promotion": "a price, which ends with the promotion, and orders can be cancelled",
    "update_promotion": "a price, which ends with the promotion, and orders can be cancelled",
    "disable_promotion": "stops a discount: it must be possible at once",
    "create_shipping_method": "a price list, which no order has paid yet",
    "update_shipping_method": "a price list, which no order has paid yet",
    "create_shipment": "parcels are packed all day, at a shared computer",
    "ship_order": "parcels are packed all day, at a shared computer",
    "deliver_order": "parcels are packed all day, at a shared computer",
    "update_shipment": "parcels are packed all day, at a shared computer",
    "update_any_order": "moves no money: a paid order keeps its total",
    "hold_order": "stops an order: it must be possible at once",
    "release_order": "moves no money: the order was paid before",
    "lock_wallet": "stops money: it must be possible at once",
    "reject_return": "moves no money",
    "run_reconciliation": "reads the gateway's records",
    "explain_difference": "a remark on a difference: the books stay as they are",
    "update_reporting": "how reports are shown",
}
# Of all signed-in callers.
OF_EVERYONE = {"close_account", "create_api_key", "revoke_api_key", "set_bank_account"}
# Functions that staff may call and customers and merchants may not.
STAFF = """
    SELECT p.oid::regproc::text AS name, p.provolatile <> 'v' AS reads, p.pronargs - p.pronargdefaults AS required,
           ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(t, n) ORDER BY n)
               AS types
    FROM pg_proc AS p
    WHERE p.pronamespace = 'api'::regnamespace AND p.prokind = 'f'
      AND has_function_privilege('web_admin', p.oid, 'EXECUTE')
      AND (NOT has_function_privilege('web_merchant', p.oid, 'EXECUTE') OR p.proname = ANY ($1::text[]))
"""


async def stale(admin: Any, person: Person) -> None:
    """The session was confirmed eleven minutes ago."""
    await admin.execute(
        "UPDATE identity.sessions SET confirmed_at = now() - interval '11 minutes' WHERE account_id = $1",
        person.account["id"],
    )


@pytest.fixture
async def boss(stranger: Any, admin: Any) -> Person:
    """An admin who is logged in."""
    boss: Person = await stranger().sign_up()
    await admin.execute("UPDATE identity.accounts SET role = 'admin' WHERE id = $1", boss.account["id"])
    boss.role = "admin"
    await boss.log_in()
    return boss


async def test_every_function_of_staff_asks_or_has_its_reason(boss: Person, connect: Any, admin: Any) -> None:
    await stale(admin, boss)
    connection = await connect("web_admin")
    asks, others = set(), set()
    for function in await admin.fetch(STAFF, list(OF_EVERYONE)):
        if function["reads"]:
            continue
        arguments = ", ".join(f"NULL::{kind}" for kind in function["types"][: function["required"]])
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute("SELECT set_config('app.token', $1, true)", boss.session["access_token"])
            await connection.execute(f"SELECT {function['name']}({arguments})")
            code = None
        except Exception as error:
            code = getattr(error, "constraint_name", None)
        finally:
            await transaction.rollback()
        (asks if code == "confirmation_required" else others).add(function["name"].removeprefix("api."))
    assert asks >= OF_EVERYONE
    assert others == set(WITHOUT_CONFIRMATION)


async def test_a_log_in_is_fresh_for_ten_minutes(person: Person, admin: Any) -> None:
    await person.does("set_bank_account", iban="DE89370400440532013000", holder="Ada")
    await stale(admin, person)
    with refused("confirmation_required", "SH403") as refusal:
        await person.does("set_bank_account", iban="DE89370400440532013000", holder="Ada")
    assert "POST /v1/sessions/current/confirm" in refusal.error.hint  # type: ignore[union-attr]
    await person.refresh()
    with refused("confirmation_required"):
        await person.does("close_account")


async def confirm(person: Person, password: str) -> None:
    salt = await person.does("get_password_salt")
    await person.does("confirm_session", password=hashed(password, salt))


async def test_the_password_makes_the_session_fresh_and_no_other(person: Person, admin: Any) -> None:
    elsewhere = person.session
    await person.log_in()
    await stale(admin, person)
    with refused("password_wrong", "SH403"):
        await confirm(person, "Wrong-1")
    with refused("confirmation_required"):
        await person.does("close_account")
    await confirm(person, person.password)
    here, person.session = person.session, elsewhere
    with refused("confirmation_required"):
        await person.does("close_account")
    person.session = here
    await person.does("close_account")


async def test_guesses_are_counted_and_the_owner_gives_a_thief_no_more_of_them(person: Person) -> None:
    for _ in range(9):
        with refused("password_wrong"):
            await confirm(person, "Wrong-1")
    await confirm(person, person.password)
    with refused("password_wrong"):
        await confirm(person, "Wrong-1")
    for password in ("Wrong-1", person.password):
        with refused("too_many_attempts", "SH429"):
            await confirm(person, password)


async def test_the_time_is_a_setting(person: Person, admin: Any) -> None:
    await stale(admin, person)
    await admin.execute("UPDATE sales.settings SET confirmation_time_to_live = '12 minutes'")
    try:
        await person.does("close_account")
    finally:
        await admin.execute("UPDATE sales.settings SET confirmation_time_to_live = DEFAULT")
