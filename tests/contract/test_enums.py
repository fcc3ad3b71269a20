"""The values of every domain with a list are those that the database has: of a CHECK, transitions, or a function."""

from __future__ import annotations

import re
from typing import Any

import asyncpg
import pytest

from tests.support.answers import load_answers, references

pytestmark = pytest.mark.anyio


def _returned_by(function: str) -> str:
    """The words that a function returns."""
    return rf"""
        SELECT m[1] FROM pg_get_functiondef('{function}'::regproc) AS f,
             regexp_matches(f, '(?:THEN|ELSE|RETURN) ''(\w+)''(?! \|\|)', 'g') AS m
    """


def _named_in(function: str, expression: str) -> str:
    """The words in the first list that follows an expression in a function, such as `kind NOT IN`."""
    return rf"""
        SELECT m[1] FROM pg_get_functiondef('{function}'::regproc) AS f,
             substring(f, '{expression} \(([^)]*)\)') AS list, regexp_matches(list, '''([\w:]+)''', 'g') AS m
    """


def _check(table: str, constraint: str) -> str:
    """The words in a table's CHECK."""
    return f"""
        SELECT m[1] FROM pg_constraint AS c, regexp_matches(pg_get_constraintdef(c.oid), '''([^'']+)''', 'g') AS m
        WHERE c.conrelid = '{table}'::regclass AND c.conname = '{constraint}'
    """


def _transitions(table: str) -> str:
    return f"SELECT from_status FROM {table} UNION SELECT to_status FROM {table}"


# Where the values come from, if not from a CHECK of a table with the name of the domain's own.
SOURCES = {
    "api_key_scope": """
        SELECT d.name || mode FROM unnest(array[':read', ':write']) AS mode, (
            SELECT DISTINCT split_part(k.scope, ':', 1) AS name FROM identity.key_scopes() AS k WHERE k.scope <> ''
        ) AS d
    """,
    "attempt_status": _transitions("payments.payment_transitions"),
    "credit_change_kind": _check("ledger.credit_changes", "credit_kind_unknown"),
    "dashboard_period": (
        r"SELECT m[1] FROM pg_get_functiondef('api.get_dashboard'::regproc) AS f, "
        r"regexp_matches(f, '\(''(\w+)'', \d+\)', 'g') AS m"
    ),
    "fulfilment_status": _returned_by("fulfilment.fulfilment_status_of"),
    "gift_card_status": _returned_by("api.render_gift_card"),
    # in_flight is what render_order looks for.
    "order_payment_status": (
        _returned_by("sales.payment_status") + " UNION " + _named_in("api.render_order", "p.status IN")
    ),
    "order_status": _transitions("sales.order_transitions"),
    "payment_purpose": _named_in("payments.keeps_payment_rules", "purpose IN"),
    "promotion_refusal": (
        r"SELECT m[1] FROM pg_get_functiondef('sales.explain_promotion'::regproc) AS f, "
        r"regexp_matches(f, 'WHEN ''(\w+)''', 'g') AS m"
    ),
    "risk_level": _named_in("payments.keeps_payment_rules", "risk_level IN"),
    "search_kind": (
        _check("billing.invoices", "invoice_kind_unknown")
        + r"UNION SELECT m[1] FROM pg_get_functiondef('api.search_shop'::regproc) AS f, "
        r"regexp_matches(f, 'ROW\(\s*''(\w+)''', 'g') AS m"
    ),
    "search_status": " UNION ".join((
        _transitions("sales.order_transitions"),
        _transitions("payments.payment_transitions"),
        _check("payments.refunds", "refund_status_unknown"),
        _check("identity.accounts", "account_status_unknown"),
    )),
    "stock_movement_kind": _named_in("catalog.keeps_movement_rules", "kind NOT IN"),
    "tax_combination": _check("sales.tax_rates", "tax_combine_unknown"),
    "tax_treatment": _check("sales.order_items", "line_tax_category_unknown"),
}  # fmt: skip

# Of a request: some of the values of another domain, and why not all.
PARTS = {
    "account_standing": ("account_status", "only its owner closes an account"),
    "signup_role": ("account_role", "an admin gives the other roles"),
}

# Of a request or of the wire, and stored nowhere.
WORDS = {
    "credit_decision": "what to do with a change that waits",
    "difference_status": "whether a difference has a reason",
    "dispute_filter": "open stands for several statuses",
    "event_sort": "an order of a list",
    "payout_format": "a format of a file",
    "product_report_sort": "an order of a list",
    "product_sort": "an order of a list",
    "report_interval": "a word of date_trunc()",
    "role_source": "a word of events; tests/support/recorded_events.py compares it with what is recorded",
    "security_event_kind": "tests/identity/test_security_events.py compares them with what is recorded",
    "supply": "what the report counts: what is shipped, and what is not",
    "tax_period": "a word of date_trunc()",
    "tax_report_format": "a format of a file",
    "token_type": "RFC 6750",
    "transaction_kind": "test_every_transaction_that_an_account_has_is_known compares them",
}


@pytest.fixture(scope="module")
async def domains(admin: asyncpg.Connection[Any]) -> dict[str, tuple[str, frozenset[str]]]:
    """Of each domain with a list of values, its constraint and the values."""
    rows = await admin.fetch("""
        SELECT t.typname, c.conname, pg_get_constraintdef(c.oid) AS check
        FROM pg_constraint AS c JOIN pg_type AS t ON t.oid = c.contypid
        WHERE t.typnamespace = 'api'::regnamespace AND pg_get_constraintdef(c.oid) ~ '\\(VALUE\\)?(::text)? = ANY \\('
    """)
    return {r["typname"]: (r["conname"], frozenset(re.findall(r"'([^']+)'", r["check"]))) for r in rows}


async def test_the_values_are_those_of_the_database(
    domains: dict[str, tuple[str, frozenset[str]]], admin: asyncpg.Connection[Any]
) -> None:
    checks: dict[str, frozenset[str]] = {
        row["conname"]: frozenset(re.findall(r"'([^']+)'", row["check"]))
        for row in await admin.fetch("""
            SELECT c.conname, pg_get_constraintdef(c.oid) AS check FROM pg_constraint AS c
            WHERE c.contype = 'c' AND c.conrelid <> 0 AND pg_get_constraintdef(c.oid) ~ '^CHECK \\(\\(\\w+ = ANY \\('
        """)
    }
    wrong: list[str] = []
    for name, (constraint, values) in domains.items():
        if name in SOURCES:
            stored = frozenset(row[0] for row in await admin.fetch(SOURCES[name]))
        elif name in PARTS:
            stored = domains[PARTS[name][0]][1]
            if not values < stored:
                wrong.append(f"{name} is no part of {PARTS[name][0]}: {sorted(values - stored)}")
            continue
        elif name in WORDS:
            continue
        elif constraint not in checks:
            wrong.append(f"{name}: no table has a CHECK {constraint}, and there is no other source")
            continue
        else:
            stored = checks[constraint]
        if values != stored:
            ours, theirs = sorted(values - stored), sorted(stored - values)
            wrong.append(f"{name}: only the domain {ours}, only the database {theirs}")
    assert not wrong, "\n".join(wrong)


async def test_nothing_is_listed_that_is_not_needed(domains: dict[str, tuple[str, frozenset[str]]]) -> None:
    assert [name for name in (*SOURCES, *PARTS, *WORDS) if name not in domains] == []


# Kinds of transfers between accounts of the shop, which no list of transactions has.
OF_THE_SHOP = {
    "commission_returned", "dispute_fee", "dispute_fee_returned", "dispute_loss", "dispute_loss_reversed", "fee",
    "fee_returned", "gateway_fee", "gateway_fee_returned", "gateway_payout", "gateway_payout_returned",
    "payment_reapplied", "payment_unapplied", "tax", "tax_returned", "tax_returned_reversed",
}  # fmt: skip


async def test_every_transaction_that_an_account_has_is_known(
    domains: dict[str, tuple[str, frozenset[str]]], admin: asyncpg.Connection[Any]
) -> None:
    rows = await admin.fetch(r"SELECT prosrc FROM pg_proc WHERE prosrc ~ 'ledger\.(post_transfer|hold_amount)\('")
    kinds = {
        word
        for row in rows
        for call in re.split(r"ledger\.(?:post_transfer|hold_amount)\(", row["prosrc"])[1:]
        for word in re.findall(r"(?<!WHEN )'(\w+)'", _value(_arguments(call)[3], row["prosrc"]))
    }
    known = domains["transaction_kind"][1]
    joined = {"_reversed", "capture", "_exchanged"}  # after kind ||; exchanges are the shop's
    assert kinds - known == OF_THE_SHOP | joined
    inserted = {"earnings"}  # post_earnings has a statement of its own
    assert {kind.removesuffix("_reversed") for kind in known} - kinds == inserted


def _value(argument: str, source: str) -> str:
    """What an argument is: of a variable, what the function gives it."""
    given = re.search(rf"\b{name} [^;]*:= ([^;]*);", source) if (name := argument.strip()).isidentifier() else None
    return given[1] if given else argument


def _arguments(text: str) -> list[str]:
    """The arguments of a call whose parenthesis has been opened."""
    found, depth = [""], 0
    for character in text:
        if character == "," and depth == 0:
            found.append("")
            continue
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if depth < 0:
            break
        found[-1] += character
    return found


# Fields with such a name whose values are not a list.
FREE = {
    "region.type": "what the country calls it: some 80 words of ISO 3166-2",
    "security_event.db_role": "a role of PostgreSQL, such as a DBA's own",
    "shipping_rate.country": "empty: all countries",
    "shipping_rate_input.country": "empty: all countries",
}
NAMED = re.compile(r"(?:^|_)(?:status|kind|role|type|method|source|provider|purpose|level|currency|country)$")


def test_what_has_values_is_no_free_text() -> None:
    schemas = load_answers().document["components"]["schemas"]
    found = {
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, part in schema.get("properties", {}).items()
        if NAMED.search(field)
        and name != "problem"
        and references(part) != ["any_currency"]
        and _is_free(part, schemas)
    }
    assert found == FREE.keys()


def _is_free(schema: dict[str, Any], schemas: dict[str, Any]) -> bool:
    parts = [schema, *schema.get("anyOf", ())]
    parts += [schemas[name] for name in references(schema)]
    return "string" in str([part.get("type") for part in parts]) and not any(
        part.keys() & {"enum", "pattern", "format"} for part in parts
    )
