"""What a session may do that no grant forbids, and why it gains nothing: isolation, channels, statistics, errors."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
import uuid
from typing import Any

import asyncpg
import pytest

from api.http.passwords import COST
from tests.security.test_catalogue_attacks import SELLER
from tests.security.test_catalogue_attacks import log_in as log_in
from tests.security.test_catalogue_attacks import people as people
from tests.support.connections import refused

SERVER_ENVIRONMENT = {"RATE_LIMIT": "0"}
PASSWORD_COST = COST  # the time of a log-in is measured
SOURCES = ("pg_stat_activity", "pg_settings", "pg_stats", "pg_db_role_setting", "pg_prepared_statements", "pg_locks")
PASSWORD = "Correct-Horse-9-Battery"


async def customer(admin: Any) -> str:
    email = f"{uuid.uuid4().hex}@stolen.example"
    await admin.execute("INSERT INTO identity.accounts (email) VALUES ($1)", email)
    return str(await admin.fetchval("SELECT identity.issue_local_token('customer', $1)", email))


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
async def test_an_old_snapshot_uses_no_promotion_twice(level: str, admin: Any, connect: Any, victims: None) -> None:
    token = await customer(admin)
    products = await admin.fetch("SELECT product_id FROM catalog.stock WHERE on_hand - reserved > 20 LIMIT 2")
    line = "ROW($1::uuid, 1, NULL, NULL)::api.order_line"
    order = f"SELECT (api.create_order(ARRAY[{line}], promo_code => 'WELCOME10')).id"
    first, second = await connect("web_customer"), await connect("web_customer")
    for connection in (first, second):
        await connection.execute(f"SET app.token = '{token}'")
    await first.execute(f"BEGIN ISOLATION LEVEL {level}; SELECT FROM pg_class LIMIT 1")
    await second.fetchval(order, products[0][0])
    with refused("isolation_refused", "SH403"):
        await first.fetchval(order, products[1][0])
    await first.execute("ROLLBACK")
    service = await connect("web_worker")
    await service.execute(f"BEGIN ISOLATION LEVEL {level}")
    with refused("isolation_refused", "SH403"):
        await service.execute("SELECT api.expire_orders()")


async def test_channels_say_nothing_of_anybody(admin: Any, connect: Any, victims: None) -> None:
    """Anybody may LISTEN: what is sent is an order's id, or nothing."""
    spy, heard = await connect("web_anonymous"), []
    for channel in ("storeproc_orders", "storeproc_catalogue", "storeproc_outbox"):
        await spy.add_listener(channel, lambda *told: heard.append((told[2], told[3])))
    order = await admin.fetchval("SELECT order_id FROM messaging.streams LIMIT 1")
    await admin.execute(
        "SELECT messaging.record_event('order.test', $1, NULL, '{\"email\": \"alice@example.com\"}')", order
    )
    await admin.execute(
        "UPDATE catalog.products SET version = version WHERE id = (SELECT min(id::text)::uuid FROM catalog.products)"
    )
    await admin.execute("SELECT messaging.enqueue_job('nothing', '{\"email\": \"alice@example.com\"}')")
    deadline = time.monotonic() + 60
    while {channel for channel, _ in heard} != {"storeproc_orders", "storeproc_catalogue", "storeproc_outbox"}:
        assert time.monotonic() < deadline, heard
        await asyncio.sleep(0.01)
    assert set(heard) == {("storeproc_orders", str(order)), ("storeproc_catalogue", ""), ("storeproc_outbox", "")}


async def test_what_the_server_tells_everybody_names_nobody(admin: Any, connect: Any, call: Any, victims: None) -> None:
    token = await admin.fetchval("SELECT identity.issue_local_token('customer', 'alice@example.com')")
    await call("web_customer", "get_account", token=token)
    await call("web_anonymous", "begin_session", email="alice@example.com", client_address="10.1.2.3")
    for role in ("web_customer", "web_anonymous", "web_merchant"):
        spy = await connect(role)
        told = [str(tuple(row)) for source in SOURCES for row in await spy.fetch(f"SELECT t::text FROM {source} AS t")]
        assert len(told) > 300
        for secret in (token, token.split(".")[2], "alice@example.com", "10.1.2.3"):
            assert [line for line in told if secret in line] == []
        assert await spy.fetchval("SELECT count(*) FROM pg_stats WHERE schemaname !~ '^(pg_|information_)'") == 0


async def test_a_failing_expression_sees_no_row_that_is_not_the_readers(log_in: Any, admin: Any, victims: None) -> None:
    """A cast names the value that it cannot read, a division fails: neither sees a row behind the barrier."""
    seller = await log_in(SELLER)
    for view in ("my_sales", "my_products", "my_earnings", "my_payouts"):
        columns = await admin.fetch(
            "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0",
            f"report.{view}",
        )
        for (column,) in columns:
            for leak in (f"CAST({column}::text AS point) IS NULL", f"1 / (length({column}::text) * 0) = 1"):
                assert await seller.fetch(f"SELECT * FROM report.{view} WHERE {leak}") == []
    analyst = await log_in("analyst_of_attacks")
    emails = {row[0] for row in await admin.fetch("SELECT email FROM identity.accounts")}
    with pytest.raises(asyncpg.DataError) as error:
        await analyst.fetch("SELECT * FROM report.v_customers_safe WHERE CAST(email AS integer) = 1")
    assert "•••@•••" in str(error.value)
    assert not any(email in str(error.value) for email in emails)


async def test_masks_hold_for_whatever_is_under_them(admin: Any) -> None:
    references = [
        "",
        "a",
        "abcd",
        "abcdefgh",
        "pi_3PabcdefSECRET9876",
        "x" * 5000 + "9876",
        "ключ-секретный-9876",
        "\t secret 9876",
    ]
    for reference in references:
        masked = await admin.fetchval("SELECT payments.mask_reference($1)", reference)
        shown = (masked or "").replace("•", "")
        assert len(shown) <= (4 if len(reference) > 8 else 0), reference
    assert await admin.fetchval("SELECT payments.mask_reference(NULL)") is None
    for email in (
        "a@b.co",
        "alice.rahman@very.secret.example.com",
        '"odd@local"@secret.example',
        "x@localhost",
        "no-at-all",
        "@",
        "ä@ö.example",
        "",
    ):
        masked = await admin.fetchval("SELECT identity.mask_email($1)", email)
        assert re.fullmatch(r".?•••@•••(\.[^.@]*)?", masked), (email, masked)
        assert "secret" not in masked


async def test_noise_on_the_channels_and_in_the_tokens_breaks_nothing(
    client: Any, server: Any, connect: Any, victims: None
) -> None:
    spy = await connect("web_anonymous")
    for channel in ("storeproc_orders", "storeproc_catalogue", "storeproc_outbox"):
        for payload in ("", "x", "'); --", "00000000-0000-0000-0000-000000000000", "x" * 7000, "{" * 100, "ü\n\r\x07"):
            await spy.execute(f"SELECT pg_notify('{channel}', $1)", payload)
    tokens = [
        ".", "..", "...", "a.b.c", "e30.e30.", "e30.e30.e30",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "eyJhbGciOiJSUzI1NiJ9.e30.AA",
        "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uLy4uL2Rldi9udWxsIn0.e30.AA",
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IicgT1IgMT0xIC0tIn0.e30.AA",
        "A" * 4000, "=" * 50 + ".=.=", "-_-._-_.-_-", "null", "eyJ.eyJ.eyJ", "Bearer x",
        "a.b.c.d.e", "%00.%00.%00", "~.~.~",
    ]  # fmt: skip
    for token in tokens:
        for answer in (
            await client.get("/account", headers={"Authorization": f"Bearer {token}"}),
            await client.post("/sessions/refresh", json={"refresh_token": token}),
        ):
            assert answer.status_code in (400, 401, 422), (token, answer.text)
            assert re.search(r"identity\.|pg_|SELECT|PL/pgSQL|Traceback|\.sql", answer.text) is None
    assert (await client.get("/health/ready")).status_code == 200
    assert (await client.get("/products")).status_code == 200
    assert "Traceback" not in server.log()


async def test_log_in_takes_as_long_for_nobody_as_for_somebody(client: Any, victims: None) -> None:
    """The same answer, and the same work: a bcrypt is a quarter of a second, everything else a few milliseconds."""
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    answers: dict[str, set[tuple[int, str]]] = {"known": set(), "unknown": set()}
    mails = {"known": ["alice", "bob", "carla", "trail"], "unknown": ["dora", "emil", "fritz", "gerda"]}
    for turn in range(8):
        for kind in ("known", "unknown") if turn % 2 else ("unknown", "known"):
            email = f"{mails[kind][turn % 4]}@example.com"
            started = time.perf_counter()
            answer = await client.post("/sessions", json={"email": email, "password": PASSWORD})
            took[kind].append(time.perf_counter() - started)
            body = answer.json()
            answers[kind].add((answer.status_code, body["code"] + body["title"] + str(body.get("detail"))))
    assert answers["known"] == answers["unknown"]
    assert {status for status, _ in answers["known"]} == {401}
    known, unknown = statistics.median(took["known"]), statistics.median(took["unknown"])
    print(f"log-in: {known * 1000:.0f} ms for a known e-mail, {unknown * 1000:.0f} ms for an unknown one")
    assert min(took["known"]) > 0.03, "somebody's password was looked at without bcrypt"
    assert min(took["unknown"]) > 0.03, "nobody's password was looked at without bcrypt"
    assert 0.5 < known / unknown < 2
    # A forgotten password: one answer for both.
    sent = [await client.post("/password-resets", json={"email": f"{who}@example.com"}) for who in ("alice", "dora")]
    assert len({(answer.status_code, answer.text) for answer in sent}) == 1
