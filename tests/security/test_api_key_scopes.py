"""API keys and scopes: every function of schema api is called with a key that has its scope and one that lacks it.

The functions come from the catalogue and the domains from their files, so a new function is in by itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from api.routes import ROUTES
from tests.identity.conftest import Person
from tests.identity.conftest import stranger as stranger
from tests.support.cluster import ROOT
from tests.support.connections import refused

DOMAINS = ("identity", "catalog", "sales", "payments", "ledger", "fulfilment", "billing", "messaging", "report")
ALL = [f"{domain}:write" for domain in DOMAINS]
# Functions that refuse keys and do not ask for a fresh session, and why.
PERSONS_ONLY = {
    "list_sessions": "log-ins",
    "end_session": "log-ins",
    "end_other_sessions": "log-ins",
    "delete_session": "log-ins",
    "confirm_session": "proves who sits at the screen",
    "begin_code": "the web tier calls it before confirm_session",
    "get_password_salt": "the web tier calls it before confirm_session",
    "change_password": "log-ins",
    "get_second_factor": "log-ins",
    "request_email_verification": "the e-mail of the account, which resets its password",
    "confirm_email_verification": "the e-mail of the account, which resets its password",
    "list_api_keys": "credentials",
    "claim_orders": "gives orders of others to the account, because of its e-mail: the person says so",
    "export_account": "everything about a person, whatever the scopes",
    "get_account_export": "everything about a person, whatever the scopes",
    "get_account_export_part": "everything about a person, whatever the scopes",
    "list_security_events": "what watches over the keys",
    "check_invariants": "no domain of commerce: the shop's own health, which /metrics has too",
}
ANY_KEY = {"check_caller", "check_importer"}
SIGNED_IN = """
    SELECT p.proname AS name,
           p.pronargs - p.pronargdefaults AS required,
           ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(t, n) ORDER BY n)
               AS types
    FROM pg_proc AS p
    WHERE p.pronamespace = 'api'::regnamespace AND p.prokind = 'f'
      AND has_function_privilege('web_admin', p.oid, 'EXECUTE')
      AND NOT has_function_privilege('web_anonymous', p.oid, 'EXECUTE')
    ORDER BY 1
"""


@dataclass
class Keys:
    """An admin's keys by their scopes, and the answers that functions give to them."""

    boss: Person
    connection: asyncpg.Connection[Any]
    scopes: Mapping[str, str]
    made: dict[frozenset[str], str]

    async def key(self, *scopes: str) -> str:
        wanted = frozenset(scopes)
        if wanted not in self.made:
            answer = await self.boss.does("create_api_key", name="Test", scopes=sorted(wanted))
            self.made[wanted] = answer["key"]
            # Its first use is noted now, and not again in each transaction that is rolled back.
            await self.boss.call("web_admin", "check_caller", token=answer["key"])
        return self.made[wanted]

    async def ask(self, function: Any, key: str) -> str | None:
        """The code of the refusal, of a call without arguments; nothing of the call stays."""
        arguments = ", ".join(f"NULL::{kind}" for kind in function["types"][: function["required"]])
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            await self.connection.execute("SELECT set_config('app.token', $1, true)", key)
            await self.connection.execute(f"SELECT api.{function['name']}({arguments})")
            return None
        except asyncpg.PostgresError as error:
            return getattr(error, "constraint_name", None) or str(error.sqlstate)
        finally:
            await transaction.rollback()


@pytest.fixture(scope="module")
async def keys(stranger: Any, admin: Any, connect: Any, call: Any) -> Keys:
    boss: Person = await stranger().sign_up()
    await admin.execute("UPDATE identity.accounts SET role = 'admin' WHERE id = $1", boss.account["id"])
    boss.role = "admin"
    await boss.log_in()
    return Keys(boss, await connect("web_admin"), await call("web_anonymous", "list_key_scopes"), {})


def other_than(scope: str) -> list[str]:
    """Everything but the domain of this scope."""
    domain = scope.partition(":")[0]
    return [name for name in ALL if not name.startswith(f"{domain}:")]


async def test_a_function_needs_its_scope_and_no_other(keys: Keys, admin: Any) -> None:
    """With its scope alone a call gets past the door, with all others it does not; and reading does not write."""
    wrong = []
    for function in await admin.fetch(SIGNED_IN):
        name, scope = function["name"], keys.scopes.get(function["name"])
        if scope is None:
            if (code := await keys.ask(function, await keys.key(*ALL))) != "session_required":
                wrong.append(f"{name} has no scope and answers {code} to a key with all scopes")
            continue
        if name in ANY_KEY:
            continue
        domain, mode = scope.split(":")
        answers = {
            "read": await keys.ask(function, await keys.key(f"{domain}:read")),
            "write": await keys.ask(function, await keys.key(f"{domain}:write")),
            "all others": await keys.ask(function, await keys.key(*other_than(scope))),
        }
        passed = {answers["write"], *([answers["read"]] if mode == "read" else [])}
        if (
            passed & {"scope_missing", "session_required", "api_key_invalid"}
            or answers["all others"] != "scope_missing"
            or (answers["read"] == "scope_missing") != (mode == "write")
        ):
            wrong.append(f"{name} needs {scope} and answers {answers}")
    assert not wrong, "\n".join(wrong)


async def test_scopes_follow_files_and_methods(keys: Keys) -> None:
    """The domain is the folder, and what reads is what GET calls."""
    wrong = {}
    for route in ROUTES:
        scope = keys.scopes.get(route.function)
        files = list(ROOT.glob(f"db/*/api/{route.function}.sql"))
        assert len(files) == 1, route.function
        domain = files[0].parts[-3]
        if scope not in (None, f"{domain}:{'read' if route.method == 'GET' else 'write'}"):
            wrong[route.function] = scope
        if scope is None and domain in DOMAINS and route.function not in PERSONS_ONLY:
            text = files[0].read_text()
            if "\n    PERFORM identity.require_fresh();" not in text:
                wrong[route.function] = "no scope, and no reason"
    assert not wrong


async def test_every_exception_has_its_reason(keys: Keys, admin: Any) -> None:
    fresh = await admin.fetch(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'api'::regnamespace"
        r" AND prosrc ~ '\n    PERFORM identity\.require_fresh\(\);'"
    )
    without = {f["name"] for f in await admin.fetch(SIGNED_IN)} - keys.scopes.keys()
    assert without - {row["proname"] for row in fresh} == set(PERSONS_ONLY)
    assert {name for name, scope in keys.scopes.items() if not scope} == ANY_KEY | {"claim_idempotency_key"}


FORGED = """PL/pgSQL function identity.authenticate(boolean) line 1 at RETURN
PL/pgSQL function api.list_addresses(api.page_limit,api.page_cursor) line 5 during initialization"""
FORGERIES = (
    # the text of a statement is in the call stack, below the function that it calls
    f"DO $x$ BEGIN PERFORM api.list_orders(/*\n{FORGED}\n*/); END $x$",
    f"DO $x$ BEGIN EXECUTE 'SELECT api.list_orders(/*\n{FORGED}\n*/)'; END $x$",
    "SELECT api.list_orders() -- api.list_addresses(",
    "SELECT api.list_orders() FROM api.list_addresses()",
    "DO $x$ BEGIN PERFORM set_config('app.key', '', true), set_config('app.session', gen_random_uuid()::text, true); "
    "PERFORM api.list_orders(); END $x$",
)


@pytest.mark.parametrize("statement", FORGERIES)
async def test_no_sql_of_the_caller_changes_which_function_is_checked(keys: Keys, statement: str) -> None:
    """Whoever holds a pool's connection and a narrow key."""
    key = await keys.key("identity:read")
    transaction = keys.connection.transaction()
    await transaction.start()
    try:
        await keys.connection.execute("SELECT set_config('app.token', $1, true)", key)
        await keys.connection.execute("SELECT api.list_addresses()")
        with refused("scope_missing", "SH403"):
            await keys.connection.execute(statement)
    finally:
        await transaction.rollback()


async def test_a_session_cannot_pass_as_a_key(keys: Keys, admin: Any) -> None:
    key = str(uuid.uuid4())
    async with keys.connection.transaction():
        await keys.connection.execute(
            "SELECT set_config('app.key', $1, true), set_config('app.token', $2, true)",
            key, keys.boss.session["access_token"],
        )  # fmt: skip
        made = await keys.connection.fetchval(
            "SELECT (api.create_address('Ada', '1 Main Street', 'Dhaka', 'BD')).id::text"
        )
    assert await admin.fetchval("SELECT api_key_id FROM audit.changes WHERE row_id = $1", made) is None


async def test_an_answer_is_repeated_to_the_key_that_got_it(keys: Keys) -> None:
    """An Idempotency-Key belongs to one API key: another one may lack the scope for what is stored."""

    async def claim(key: str) -> str | None:
        async with keys.connection.transaction():
            await keys.connection.execute("SELECT set_config('app.token', $1, true)", key)
            known: str | None = await keys.connection.fetchval(
                "SELECT api.claim_idempotency_key('once', 'POST /orders', 'hash')"
            )
            if known is None:
                await keys.connection.fetchval("SELECT api.store_idempotent_answer('secret')")
            return known

    wide, narrow = await keys.key("sales:write"), await keys.key("catalog:read")
    assert await claim(wide) is None
    assert await claim(wide) == "secret"
    assert await claim(narrow) is None
    assert await claim(keys.boss.session["access_token"]) is None
