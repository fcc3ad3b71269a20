"""A second factor that is mandatory for staff: without one, a session can only set one up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.identity.conftest import Person
from tests.identity.conftest import person as person
from tests.identity.conftest import stranger as stranger
from tests.identity.test_second_factor import enrol, half_a_minute_later, log_in
from tests.support.connections import refused

# What such a session may do, and why.
ALLOWED = {
    "get_second_factor": "sets it up",
    "begin_second_factor": "sets it up",
    "confirm_second_factor": "sets it up",
    "get_password_salt": "confirms the session, which setting it up needs; the web tier calls it",
    "begin_code": "the web tier calls it before confirm_session",
    "confirm_session": "setting it up needs a fresh session",
    "delete_session": "logs out",
}
SIGNED_IN = """
    SELECT p.proname AS name, p.pronargs - p.pronargdefaults AS required,
           ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(t, n) ORDER BY n)
               AS types
    FROM pg_proc AS p
    WHERE p.pronamespace = 'api'::regnamespace AND p.prokind = 'f'
      AND has_function_privilege('web_admin', p.oid, 'EXECUTE')
      AND NOT has_function_privilege('web_anonymous', p.oid, 'EXECUTE')
"""


@pytest.fixture
async def mandatory(admin: Any) -> AsyncIterator[None]:
    await admin.execute("UPDATE sales.settings SET second_factor_required_for_staff = true")
    yield
    await admin.execute("UPDATE sales.settings SET second_factor_required_for_staff = DEFAULT")


@pytest.fixture
async def boss(stranger: Any, admin: Any) -> Person:
    boss: Person = await stranger().sign_up()
    await admin.execute("UPDATE identity.accounts SET role = 'admin' WHERE id = $1", boss.account["id"])
    boss.role = "admin"
    return boss


async def test_every_other_function_is_refused(boss: Person, mandatory: None, connect: Any, admin: Any) -> None:
    await boss.log_in()
    connection = await connect("web_admin")
    open_to = set()
    for function in await admin.fetch(SIGNED_IN):
        arguments = ", ".join(f"NULL::{kind}" for kind in function["types"][: function["required"]])
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute("SELECT set_config('app.token', $1, true)", boss.session["access_token"])
            await connection.execute(f"SELECT api.{function['name']}({arguments})")
            code = None
        except Exception as error:
            code = getattr(error, "constraint_name", None)
        finally:
            await transaction.rollback()
        if code != "second_factor_required":
            open_to.add(function["name"])
    assert open_to == set(ALLOWED)


async def test_staff_set_it_up_and_go_on(boss: Person, mandatory: None, admin: Any) -> None:
    await boss.log_in()
    with refused("second_factor_required", "SH403"):
        await boss.does("list_accounts")
    await boss.refresh()
    with refused("second_factor_required"):
        await boss.does("list_accounts")
    app, _ = await enrol(boss)
    await boss.does("list_accounts")
    await half_a_minute_later(boss, admin)
    await log_in(boss, app.now())
    await boss.does("list_accounts")
    await boss.does("disable_second_factor")
    with refused("second_factor_required"):
        await boss.does("list_accounts")


async def test_open_sessions_meet_the_rule_at_their_next_refresh(boss: Person, admin: Any, mandatory: None) -> None:
    await admin.execute("UPDATE sales.settings SET second_factor_required_for_staff = false")
    await boss.log_in()
    await admin.execute("UPDATE sales.settings SET second_factor_required_for_staff = true")
    await boss.does("get_account")
    await boss.refresh()
    with refused("second_factor_required"):
        await boss.does("get_account")
    await admin.execute("UPDATE sales.settings SET second_factor_required_for_staff = false")
    await boss.refresh()
    await boss.does("get_account")


async def test_customers_need_none(person: Person, mandatory: None) -> None:
    await person.log_in()
    await person.does("get_account")
    await person.refresh()
    await person.does("get_account")
