"""Function × role × whose object: every function of schema api, called as every role.

The functions and their parameters come from the catalogue, the permissions from db/PERMISSIONS.md, the expectations
from the rules in matrix.py. A function that answers otherwise is listed in EXEMPTIONS with its reason, or the test is
red: so is one that is new and takes an object of a kind that belongings.py does not make.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.security.belongings import Owner, endow, make_shops_own
from tests.security.conftest import ID, read_functions
from tests.security.matrix import (
    CLOSED,
    EXEMPTIONS,
    GIVEN,
    MISSING,
    OWN,
    REACHED,
    ROLES,
    SHOPS,
    SIGNED_IN,
    UNKNOWN,
    Endpoint,
    exemption,
    expected,
    read_permissions,
)

PERMISSIONS = Path(__file__).parents[2] / "db" / "PERMISSIONS.md"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
NOBODYS = "019aaaaa-0000-7000-8000-000000000001"  # an id that does not exist

# What cannot be reached in a statement of its own.
NOT_ALONE = {"import_products": "reads the lines that open_import and COPY left in the same session"}
# Refusals with 401, 403 or 404 that are about what was sent or what the account has set up, not about whose it is.
OF_THEIR_OWN = {
    "credentials_invalid",
    "password_wrong",
    "token_unknown",
    "refresh_token_invalid",
    "gift_card_not_found",
    "issuer_not_trusted",
    "second_factor_missing",
    "email_not_verified",
    "link_invalid",
}


@dataclass
class Matrix:
    """The shop, and for each role that signs in an account with its things; and somebody else's."""

    endpoints: list[Endpoint]
    owners: dict[str, Owner]
    other: Owner
    shops: dict[str, str]
    connections: dict[str, asyncpg.Connection[Any]]
    counts: Counter[str] = field(default_factory=Counter)

    def thing(self, endpoint: Endpoint, parameter: str, owner: Owner) -> str:
        kind = endpoint.kind(parameter)
        things = self.shops if kind in SHOPS else owner.things
        assert kind in things, f"{endpoint.name} takes a {parameter}: make one in belongings.py, or name it in KINDS"
        return things[kind]

    async def ask(
        self, endpoint: Endpoint, role: str, token: str, whose: str = "own", varied: str = ""
    ) -> tuple[str, str]:
        """The class of the answer, and its words. Nothing of the call stays."""
        function = endpoint.with_parameters(varied)
        arguments = {p.name: GIVEN.get(p.name, p.example) for p in function.parameters}
        owner = self.owners.get(role, self.other)
        items = (self.other if whose == "other" else owner).things  # an order comes with its own lines
        for place in endpoint.places:
            if place.name in arguments and role in endpoint.roles:
                from_whom = self.other if whose == "other" and place.name == varied else owner
                absent = whose == "missing" and place.name == varied
                arguments[place.name] = NOBODYS if absent else self.thing(endpoint, place.name, from_whom)
        arguments = fill(arguments, owner.things | {"sent_item": items["sent_item"]}, endpoint.audience)
        connection = self.connections[role]
        self.counts["calls"] += 1
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute("SELECT set_config('app.token', $1, true)", token)
            given = [json.dumps(arguments)] if arguments else []
            answer = await connection.fetchval(function.statement(), *given)
            return REACHED, str(answer)
        except asyncpg.PostgresError as error:
            return classify(error), f"{getattr(error, 'constraint_name', '')}: {error}"
        finally:
            await transaction.rollback()


def fill(value: Any, things: dict[str, str], audience: str) -> Any:
    """Lines of orders, bundles and returns, with what the caller may order, sell and return."""
    if isinstance(value, list):
        return [fill(one, things, audience) for one in value]
    if not isinstance(value, dict):
        return value
    product = things["product" if audience == "merchant" else "wished"]
    lines = {"product_id": product, "order_item_id": things["sent_item"], "bundle_id": None}
    inner = {key: fill(one, things, audience) for key, one in value.items()}
    return {key: lines.get(key, one) if one == ID else one for key, one in inner.items()}


def classify(error: asyncpg.PostgresError) -> str:
    state, code = str(error.sqlstate), getattr(error, "constraint_name", None)
    if code == "own_account_refused":
        return OWN
    if state == "23503":
        return f"foreign key {code}"  # no answer for a client
    if "value for domain" in str(error) or state[:2] not in ("SH", "23", "42"):
        return f"malformed: {state} {code}"  # by this test: the function has not seen it
    if state in ("SH409", "SH412", "SH422", "SH429") or state[:2] == "23" or code in OF_THEIR_OWN:
        return REACHED
    known = {"SH404": MISSING, "SH401": UNKNOWN, "42501": CLOSED}
    return known.get(state, f"{state} {code}")


async def read_endpoints(admin: Any) -> list[Endpoint]:
    rows = await admin.fetch(
        """SELECT p.proname AS name, p.pronargs - p.pronargdefaults AS required, p.provolatile = 'v' AS writes,
                  ARRAY(SELECT substr(r.rolname, 5) FROM pg_roles AS r
                        WHERE r.rolname = ANY ($1) AND has_function_privilege(r.oid, p.oid, 'EXECUTE')) AS roles
           FROM pg_proc AS p WHERE p.pronamespace = 'api'::regnamespace AND p.prokind = 'f'""",
        [f"web_{role}" for role in ROLES],
    )
    functions = {function.name: function for function in await read_functions(admin, "postgres")}
    return [
        Endpoint(functions[row["name"]], row["required"], row["writes"], frozenset(row["roles"]))
        for row in sorted(rows, key=lambda row: str(row["name"]))
    ]


@pytest.fixture(scope="module")
async def matrix(shop: Shop, admin: Any, connect: Any) -> Matrix:
    owners = {role: await endow(shop, role) for role in SIGNED_IN}
    other, shops = await endow(shop, "merchant"), await make_shops_own(shop)
    connections = {role: await connect(f"web_{role}") for role in ROLES}
    return Matrix(await read_endpoints(admin), owners, other, shops, connections)


async def test_the_grants_are_those_of_the_document(matrix: Matrix) -> None:
    """403 by role: a function is called by each role, and answers 42501 to those that PERMISSIONS.md does not name."""
    permissions, wrong, closed = read_permissions(PERMISSIONS.read_text()), [], 0
    for endpoint in matrix.endpoints:
        for role in ROLES:
            allowed = role in permissions.get(endpoint.name, frozenset())
            token = matrix.owners[role].token if role in matrix.owners else ""
            answer = (await matrix.ask(endpoint, role, token))[0]
            closed += answer == CLOSED
            if allowed == (answer == CLOSED):
                wrong.append(f"{endpoint.name} as {role}: {answer}")
    assert {e.name for e in matrix.endpoints} >= permissions.keys()
    print(f"{len(matrix.endpoints)} functions × {len(ROLES)} roles: {closed} closed")
    assert not wrong, "\n".join(wrong)


async def test_a_function_needs_the_token_of_its_role(matrix: Matrix) -> None:
    """Without a token, or with that of another role, only what anybody may call is answered."""
    wrong, tried = [], 0
    for endpoint in matrix.endpoints:
        if endpoint.audience == "anonymous":
            continue
        for role in endpoint.roles & set(SIGNED_IN):
            others = [matrix.owners[other].token for other in SIGNED_IN if other != role]
            for token in ("", others[0]):
                tried += 1
                answer, words = await matrix.ask(endpoint, role, token)
                if answer != UNKNOWN:
                    wrong.append(f"{endpoint.name} as {role}: {answer} {words[:100]}")
    print(f"{tried} calls without a token or with that of another role")
    assert not wrong, "\n".join(wrong)


async def test_whose_object_it_is_decides(matrix: Matrix) -> None:
    """Own, another's and missing objects, as the rules say; another's and a missing one give the same answer."""
    seen, used = Counter[str](), Counter[tuple[str, str, str]]()
    wrong = []
    for endpoint in matrix.endpoints:
        for role in sorted(endpoint.roles):
            token = matrix.owners[role].token if role in matrix.owners else ""
            for place in endpoint.places:
                words, hidden = {}, False
                for whose in ("own", "other", "missing"):
                    cell = (endpoint.name, place.name, whose)
                    wanted = expected(endpoint, place.name, whose)
                    if exempted := exemption(endpoint, place.name, whose, role):
                        used[cell] += 1
                        wanted = exempted.answer
                    hidden = hidden or (whose == "other" and wanted == MISSING and exempted is None)
                    answer, words[whose] = await matrix.ask(endpoint, role, token, whose, place.name)
                    seen[f"{whose} {answer}"] += 1
                    if answer != wanted:
                        wrong.append(f"{cell} as {role}: {answer}, not {wanted}: {words[whose][:150]}")
                if hidden and UUID.sub("", words["other"]) != UUID.sub("", words["missing"]):
                    wrong.append(f"{endpoint.name}({place.name}) tells another's from a missing one: {words}"[:300])
    print(f"{seen.total()} calls with an id: {dict(sorted(seen.items()))}; {used.total()} of them exempt")
    assert not wrong, "\n".join(wrong)
    assert used.keys() == {(*cell, e.whose) for e in EXEMPTIONS for cell in e.cells}


async def test_without_an_object_a_function_is_reached(matrix: Matrix) -> None:
    """So that what is refused above is not refused for want of a log-in or of permission."""
    wrong, tried = [], 0
    for endpoint in matrix.endpoints:
        for role in endpoint.roles if not endpoint.places and endpoint.name not in NOT_ALONE else ():
            tried += 1
            token = matrix.owners[role].token if role in matrix.owners else ""
            answer, words = await matrix.ask(endpoint, role, token)
            if answer != REACHED:
                wrong.append(f"{endpoint.name} as {role}: {answer}: {words[:150]}")
    print(f"{tried} calls of functions that take no id")
    assert not wrong, "\n".join(wrong)
