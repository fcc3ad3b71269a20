"""Everything that is stored about a person, in one file: prepared by the worker, and for that person alone."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest

from api.worker.jobs import accounts
from api.worker.jobs.protocol import Later
from tests.identity.accounts.test_closing import ADDRESS, delivered
from tests.support.connections import refused
from tests.support.payouts import IBAN
from tests.support.web import Client

# Tables that lead to an account and are in no export, and why.
EXCEPTIONS = {
    "audit.changes_default": "a partition of audit.changes",
    "billing.invoice_files": "the PDF of an invoice that is in the export; GET /orders/{order_id}/invoice.pdf has it",
    "catalog.import_bases": "what imported lines were based on; the products are in the export",
    "catalog.import_lines": "a file that the merchant sent, kept for a month; its products are in the export",
    "catalog.stock_parts": "parts of a number in catalog.stock",
    "identity.account_export_parts": "this file",
    "identity.account_exports": "this file",
    "identity.mail_tokens": "secrets: hashes of tokens",
    "identity.passwords": "secrets",
    "identity.recovery_codes": "secrets: hashes of codes",
    "identity.refresh_tokens": "secrets: hashes of tokens",
    "ledger.balance_parts": "parts of a number in ledger.accounts",
    "messaging.streams": "connections that are open now",
    "messaging.webhook_secrets": "secrets",
    "payments.dispute_holds": "the shop's bookkeeping about a dispute that is in the export",
    "payments.dispute_movements": "the shop's bookkeeping with the gateway",
    "payments.gateway_events": "messages of the gateway, evidence of payments that are in the export; with its secrets",
    "payments.gateway_movements": "the shop's bookkeeping with the gateway",
    "payments.mock_books": "the books of the mock gateway",
    "payments.reconciliation_differences": "the shop's bookkeeping with the gateway",
    "report.exchange_rates": "the shop's; an admin typed them",
    "sales.promotion_products": "the shop's promotions",
}


@pytest.fixture
async def zelda(stranger: Any) -> Any:
    person = stranger()
    await person.sign_up(display_name="Zelda Quince", handle=f"zelda_{uuid.uuid4().hex[:8]}")
    await person.log_in()
    return person


async def write(call: Any, person: Any) -> None:
    """What the worker does."""

    async def as_worker(function: str, **arguments: Any) -> Any:
        return await call("web_worker", function, **arguments)

    await accounts.export_account(as_worker, {"account_id": person.account["id"]})


async def read(person: Any) -> dict[str, Any]:
    """The file, as the web tier puts it together."""
    export = await person.does("get_account_export")
    assert export["status"] == "completed"
    parts: list[str] = []
    while part := await person.does("get_account_export_part", export_id=export["id"], number=len(parts) + 1):
        parts.append(part)
    text = "".join(parts)
    assert len(text.encode()) == export["size"]
    file: dict[str, Any] = json.loads(text)
    return file


async def test_the_file_has_everything_and_nobody_else(
    shop: Any,
    zelda: Any,
    other: Any,
    call: Any,
    admin: Any,
) -> None:
    await zelda.does("set_bank_account", iban=IBAN, holder="Zelda Quince")
    address = await zelda.does("create_address", **ADDRESS)
    lamp = await shop.product()
    order = await delivered(shop, zelda, lamp, shipping_address_id=address["id"])
    payment = await admin.fetchval("SELECT id::text FROM payments.payments WHERE order_id = $1", uuid.UUID(order["id"]))
    await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=payment, amount=100, reason="scratch"
    )
    begun = await zelda.does("begin_deposit", amount=5000, currency="USD", provider="mock")
    await shop.event(begun["payment"], "completed")
    await zelda.does("add_cart_item", product_id=lamp, quantity=1)
    await zelda.does("add_wishlist_item", product_id=lamp)
    await shop.order(other.session["access_token"], lamp)

    asked = await zelda.does("export_account")
    assert (asked["status"], asked["expires_at"]) == ("pending", None)
    await write(call, zelda)
    file = await read(zelda)

    assert (file["id"], file["status"]) == (asked["id"], "completed")
    data = file["data"]
    assert [row["email"] for row in data["account"]] == [zelda.email]
    assert data["addresses"][0]["line1"] == ADDRESS["line1"]
    for section, least in (
        ("sessions", 1), ("orders", 1), ("order_items", 1), ("payments", 2), ("refunds", 1), ("ledger_accounts", 1),
        ("ledger_transfers", 1), ("cart_items", 1), ("wishlist", 1), ("shipments", 1), ("shipment_items", 1),
        ("events", 5), ("mails", 1), ("bank_accounts", 1), ("audit", 3),
    ):  # fmt: skip
        assert len(data[section]) >= least, section
    assert data["orders"][0]["shipping_address"]["postal_code"] == ADDRESS["postal_code"]
    assert data["products"] == data["sales"] == data["webhook_endpoints"] == []
    assert {entry["table_name"] for entry in data["audit"]} >= {"identity.accounts", "identity.addresses"}

    text = json.dumps(file, ensure_ascii=False)
    strangers = [
        other.account["id"],
        *await admin.fetchval("SELECT array_agg(id::text) FROM identity.accounts WHERE role IN ('support', 'admin')"),
    ]
    for stranger in strangers:
        assert {name for name, rows in data.items() if stranger in json.dumps(rows)} == set()
    assert IBAN not in text
    reference = await admin.fetchval(
        "SELECT provider_reference FROM payments.payments WHERE id = $1", uuid.UUID(payment)
    )
    assert reference not in text
    assert data["payments"][0]["provider_reference"].startswith("••••")


async def test_a_merchants_file_has_their_shop_and_not_their_customers(
    shop: Any,
    staff: Any,
    zelda: Any,
    call: Any,
) -> None:
    merchant = await staff.somebody("merchant")
    made = await merchant.does(
        "create_product", name="Lamp", description="", sku="L", price=500, currency="USD", stock=10
    )
    await merchant.does("create_webhook_endpoint", url="https://hooks.example/in", types=["order.*"])
    await shop.order(zelda.session["access_token"], made["id"])
    await merchant.does("export_account")
    await write(call, merchant)
    data = (await read(merchant))["data"]
    assert [row["sku"] for row in data["products"]] == ["L"]
    assert len(data["prices"]) == len(data["sales"]) == len(data["webhook_endpoints"]) == 1
    assert len(data["stock_movements"]) >= 1
    assert zelda.account["id"] not in json.dumps(data)
    assert zelda.email not in json.dumps(data)


async def test_a_large_file_is_written_in_parts_and_turns(
    person: Any, call: Any, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await admin.execute(
        "INSERT INTO identity.addresses (account_id, name, line1, city, country) "
        "SELECT $1, 'N' || n, 'x', 'y', 'GB' FROM generate_series(1, 2500) AS n",
        uuid.UUID(person.account["id"]),
    )
    await person.does("export_account")
    monkeypatch.setattr(accounts, "EXPORT_SECONDS", 0.0)
    turns = 1
    while True:
        try:
            await write(call, person)
            break
        except Later:
            turns += 1
            assert (await person.does("get_account_export"))["status"] == "pending"
    assert turns > 40
    names = [row["name"] for row in (await read(person))["data"]["addresses"]]
    assert names == [f"N{n}" for n in range(1, 2501)]


async def test_one_at_a_time_and_one_an_hour(person: Any, call: Any, admin: Any) -> None:
    ends = await asyncio.gather(*(person.does("export_account") for _ in range(4)), return_exceptions=True)
    codes = sorted(getattr(end, "constraint_name", "asked") for end in ends)
    assert codes == ["asked", "export_pending", "export_pending", "export_pending"]
    jobs = "SELECT count(*) FROM messaging.outbox WHERE kind = 'export_account' AND payload ->> 'account_id' = $1"
    assert await admin.fetchval(jobs, person.account["id"]) == 1
    await write(call, person)
    with refused("export_ready", "SH409"):
        await person.does("export_account")
    await admin.execute(
        "UPDATE identity.account_exports SET completed_at = completed_at - interval '1 hour' WHERE account_id = $1",
        uuid.UUID(person.account["id"]),
    )
    assert (await person.does("export_account"))["status"] == "pending"


async def test_it_is_for_that_person_alone(person: Any, other: Any, call: Any) -> None:
    await person.does("export_account")
    await write(call, person)
    export = await person.does("get_account_export")
    with refused("export_not_found", "SH404"):
        await other.does("get_account_export")
    assert await other.does("get_account_export_part", export_id=export["id"], number=1) is None
    with refused("token_missing", "SH401"):
        await call("web_customer", "export_account")


async def test_it_expires_and_ends_with_the_account(person: Any, other: Any, call: Any, admin: Any) -> None:
    for somebody in (person, other):
        await somebody.does("export_account")
        await write(call, somebody)
    row = await admin.fetchrow(
        "SELECT expires_at - completed_at AS life FROM identity.account_exports WHERE account_id = $1",
        uuid.UUID(person.account["id"]),
    )
    assert row["life"].days == 7
    await admin.execute(
        "UPDATE identity.account_exports SET expires_at = now() - interval '1 second' WHERE account_id = $1",
        uuid.UUID(person.account["id"]),
    )
    with refused("export_not_found", "SH404"):
        await person.does("get_account_export")
    await call("web_worker", "purge_expired")
    left = "SELECT count(*) FROM identity.account_export_parts WHERE account_id = $1"
    assert await admin.fetchval(left, uuid.UUID(person.account["id"])) == 0
    assert await admin.fetchval(left, uuid.UUID(other.account["id"])) > 0
    await other.does("close_account")
    assert await admin.fetchval(left, uuid.UUID(other.account["id"])) == 0


async def test_over_http(client: Client, person: Any, call: Any) -> None:
    token = person.session["access_token"]
    assert (await client.post("/account/export")).status_code == 401
    missing = await client.get("/account/export", token=token)
    assert (missing.status_code, missing.json()["code"]) == (404, "export_not_found")
    asked = await client.post("/account/export", token=token)
    assert (asked.status_code, asked.json()["status"]) == (202, "pending")
    assert (await client.get("/account/export", token=token)).json()["status"] == "pending"
    await write(call, person)
    file = await client.get("/account/export", token=token)
    assert (file.status_code, file.headers["content-type"]) == (200, "application/json")
    assert file.headers["content-disposition"] == 'attachment; filename="account.json"'
    assert file.headers["cache-control"] == "no-store"
    assert int(file.headers["content-length"]) == len(file.content)
    assert file.json()["data"]["account"][0]["id"] == person.account["id"]


async def test_every_table_about_accounts_is_exported_or_excepted(admin: Any) -> None:
    """Those with a foreign key that leads to accounts, or with a column that names one."""
    found = {
        row["name"]
        for row in await admin.fetch("""
            WITH RECURSIVE leads AS (
                SELECT 'identity.accounts'::regclass::oid AS relation
                UNION
                SELECT c.conrelid FROM pg_constraint AS c JOIN leads AS l ON l.relation = c.confrelid
                WHERE c.contype = 'f'
            )
            SELECT l.relation::regclass::text AS name FROM leads AS l
            UNION
            SELECT a.attrelid::regclass::text
            FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
            WHERE a.attname IN ('account_id', 'owner_id', 'merchant_id', 'redeemed_by', 'actor_id')
              AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'api')
        """)
    }
    exported = {row["relation"] for row in await admin.fetch("SELECT relation FROM identity.export_sections()")}
    partitions = {
        row["name"]
        for row in await admin.fetch("SELECT relid::text AS name FROM pg_partition_tree('audit.changes') WHERE isleaf")
    }
    assert found - exported - EXCEPTIONS.keys() - partitions == set(), (
        "add it to identity.export_sections(), or to EXCEPTIONS with the reason"
    )
    assert EXCEPTIONS.keys() & exported == set()
    assert EXCEPTIONS.keys() - found - {"payments.mock_books"} == set()


async def test_no_section_has_a_secret(admin: Any) -> None:
    """A column that is new and sounds like a secret has to be looked at."""
    rows = await admin.fetch("""
        SELECT s.section, a.attname::text AS name
        FROM identity.export_sections() AS s JOIN pg_attribute AS a ON a.attrelid = s.relation::regclass
        WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL (s.hidden)
          AND (a.attname ~ '(hash|secret|token|proof|salt|_pad|password)' OR a.atttypid = 'bytea'::regtype)
    """)
    assert [tuple(row) for row in rows] == []
    for row in await admin.fetch("SELECT * FROM identity.export_sections()"):
        columns = "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0"
        names = {column[0] for column in await admin.fetch(columns, row["relation"])}
        assert set(row["hidden"]) <= names, row["section"]
