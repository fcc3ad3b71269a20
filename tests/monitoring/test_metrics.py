"""/metrics: who may read what, that Prometheus can parse it, and that no count of a worker is lost."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from prometheus_client import Histogram

from api.gateways.protocol import CallbackInvalid, Refused, Unavailable
from api.metrics import counting
from api.metrics.counting import RequestMetrics
from api.metrics.exposition import counted_families
from api.metrics.measured import MEASURED
from api.metrics.worker import Drain
from db.server.access import Access
from tests.support.web import Client, WebServer

TOKEN = "m" * 40
SERVER_ENVIRONMENT = {"METRICS_TOKEN": TOKEN}
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


async def read(client: Any) -> str:
    answer = await client.get("/metrics", headers=SHOWN)
    assert answer.status_code == 200
    text: str = answer.text
    return text


def value(text: str, sample: str) -> float:
    found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
    assert found, f"{sample} is not in /metrics"
    return float(found[1])


async def test_only_who_shows_the_token_reads_it(client: Any) -> None:
    for headers in ({}, {"Authorization": f"Bearer {TOKEN[:-1]}n"}, {"Authorization": TOKEN}):
        answer = await client.get("/metrics", headers=headers)
        assert answer.status_code == 401
        assert "storeproc_" not in answer.text
    assert "storeproc_orders" in await read(client)


async def test_without_a_token_strangers_read_no_figures(access: Access, tmp_path: Path) -> None:
    web = WebServer(access, {}, tmp_path)
    try:
        await asyncio.to_thread(web.start)
        client = Client(web.url)
        here = (await client.get("/metrics")).text
        behind_a_proxy = (await client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})).text
        await client.http.aclose()
    finally:
        web.stop()
        web.listener.close()
    assert "storeproc_database_up 1.0" in here
    assert "storeproc_requests_total{" in behind_a_proxy
    assert "storeproc_database_up" not in behind_a_proxy
    assert "# TYPE storeproc_orders" not in behind_a_proxy


async def test_everything_is_documented_and_well_formed(client: Any, call: Any, admin: Any) -> None:
    await admin.execute("UPDATE monitor.rounds SET as_of = NULL")
    while await call("web_worker", "take_snapshot"):
        pass
    text = await read(client)
    for name, (kind, _) in MEASURED.items():
        assert f"# TYPE storeproc_{name.removesuffix('_total') if kind != 'counter' else name} {kind}" in text, name
    measured = await call("web_gateway", "read_measurements")
    assert {sample["name"] for sample in measured} - MEASURED.keys() == set()
    families = re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)
    assert len(families) == len(set(families))
    samples = re.findall(r"^(storeproc_[^ ]+) ", text, re.MULTILINE)
    assert len(samples) == len(set(samples))
    if program := shutil.which("promtool"):
        done = await asyncio.to_thread(
            subprocess.run, [program, "check", "metrics"], input=text, capture_output=True, text=True, check=False
        )
        # Lints about names that are older than this are told on standard output, with status 3.
        assert done.returncode in (0, 3), done.stderr


async def test_the_shop_in_figures(client: Any, call: Any, admin: Any) -> None:
    await admin.execute((Path(__file__).parents[2] / "db" / "demo" / "demo.sql").read_text())
    await admin.execute("UPDATE monitor.rounds SET as_of = NULL WHERE name = 'figures'")
    while await call("web_worker", "take_snapshot"):
        pass
    text = await read(client)
    rows = await admin.fetch(
        "SELECT status, currency::text, count(*) AS orders, sum(total) AS amount FROM sales.orders GROUP BY 1, 2"
    )
    assert rows
    for row in rows:
        labels = f'{{currency="{row["currency"]}",status="{row["status"]}"}}'
        assert value(text, f"storeproc_orders{labels}") == row["orders"]
        assert value(text, f"storeproc_order_amount{labels}") == row["amount"]
    # A status that nobody is in any more is no figure any more.
    await admin.execute("INSERT INTO monitor.figures VALUES ('orders', '{\"status\": \"gone\"}', 7)")
    await admin.execute("UPDATE monitor.rounds SET as_of = NULL WHERE name = 'figures'")
    while await call("web_worker", "take_snapshot"):
        pass
    assert 'status="gone"' not in await read(client)


async def test_a_scrape_reads_no_table_of_the_shop(client: Any, admin: Any, connect: Any) -> None:
    """Somebody has locked the orders: /metrics answers all the same."""
    other = await connect()
    async with other.transaction():
        await other.execute("LOCK TABLE sales.orders, payments.payments, payments.refunds IN ACCESS EXCLUSIVE MODE")
        text = await asyncio.wait_for(read(client), 60)
    assert "storeproc_database_up 1.0" in text


async def test_locks_and_transactions_now(client: Any, connect: Any) -> None:
    holder, waiter = await connect(), await connect()
    async with holder.transaction():
        await holder.execute("LOCK TABLE catalog.categories IN ACCESS EXCLUSIVE MODE")
        waiting = asyncio.create_task(waiter.execute("SELECT FROM catalog.categories"))
        while value(await read(client), "storeproc_lock_waits") < 1:
            pass
        assert value(await read(client), "storeproc_transaction_idle_longest_seconds") > 0
    await waiting


async def test_backups_are_told_apart(client: Any, connect: Any) -> None:
    holder = await connect()
    await holder.execute("SET application_name = 'storeproc backup.sh'")
    async with holder.transaction():
        await holder.fetchval("SELECT 1")
        text = await read(client)
    for metric in ("idle_longest", "longest"):
        assert value(text, f'storeproc_transaction_{metric}_seconds{{of="backup"}}') > 0


async def test_a_lock_is_as_old_as_its_transaction_however_soon_its_victims_give_up(client: Any, connect: Any) -> None:
    holder, victim = await connect(), await connect()
    await victim.execute("SET lock_timeout = '100ms'")
    async with holder.transaction():
        await holder.execute("LOCK TABLE catalog.categories IN ACCESS EXCLUSIVE MODE")
        age, most = 0.0, 0.0
        while age < 0.5:
            waiting = asyncio.create_task(victim.execute("SELECT FROM catalog.categories"))
            text = await read(client)
            with pytest.raises(asyncpg.LockNotAvailableError):
                await waiting
            age = value(text, "storeproc_lock_blocking_longest_seconds")
            most = max(most, value(text, "storeproc_lock_longest_wait_seconds"))
        assert most < 0.5
    assert value(await read(client), "storeproc_lock_blocking_longest_seconds") == 0


async def test_refusals_and_latencies_are_counted(client: Any) -> None:
    for _ in range(3):
        await client.get(f"/products/{uuid.uuid4()}")
    text = await read(client)
    assert value(text, 'storeproc_requests_total{operation="get_product",status="404"}') == 3
    assert value(text, 'storeproc_request_seconds_count{operation="get_product"}') == 3
    assert value(text, 'storeproc_request_seconds_bucket{le="10.0",operation="get_product"}') == 3
    assert 0 < value(text, 'storeproc_request_seconds_sum{operation="get_product"}') < 30
    assert value(text, 'storeproc_problems_total{code="product_not_found"}') == 3
    assert value(text, 'storeproc_pool_size{role="web_customer"}') == 6


def test_durations_are_counted_in_the_buckets_of_a_histogram() -> None:
    """Batches of request durations are not counted by observe(), but must end in the same buckets."""
    durations = (0.0, 0.001, 0.0011, 0.05, 10.0, 10.1, 77.0)
    reference = Histogram("reference", "Text.", buckets=counting.REQUEST_BUCKETS, registry=None)
    operation, requests = uuid.uuid4().hex, RequestMetrics()
    for number, seconds in enumerate(durations):
        reference.observe(seconds)
        requests.count(operation, 200, seconds, "")
        if number % 3 == 0:
            requests.flush()
    requests.flush()
    (wanted,) = reference.collect()
    found = {
        (sample.name.removeprefix("storeproc_request_seconds"), sample.labels.get("le")): sample.value
        for family in counted_families()
        for sample in family.samples
        if sample.labels.get("operation") == operation and family.name == "storeproc_request_seconds"
    }
    assert found == pytest.approx({
        (sample.name.removeprefix("reference"), sample.labels.get("le")): sample.value
        for sample in wanted.samples
        if not sample.name.endswith("_created")
    })  # fmt: skip


async def test_siblings_add_up_and_who_ended_is_not_forgotten(access: Access, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    webs = []
    for name in ("one", "two"):
        own = tmp_path / name
        own.mkdir()
        webs.append(WebServer(access, {"METRICS_TOKEN": TOKEN, "PROMETHEUS_MULTIPROC_DIR": str(folder)}, own))
    one, two = webs
    sample = 'storeproc_requests_total{operation="get_product",status="404"}'
    try:
        for web in webs:
            await asyncio.to_thread(web.start)
        asked, reader = Client(one.url), Client(two.url)
        await asked.get(f"/products/{uuid.uuid4()}")
        async with asyncio.timeout(10 * RequestMetrics.FLUSH_INTERVAL):
            while f"{sample} 1.0" not in await read(reader):
                pass
        await asked.get(f"/products/{uuid.uuid4()}")
        await asked.http.aclose()
        await asyncio.to_thread(one.stop)
        assert value(await read(reader), sample) == 2
        await reader.http.aclose()
    finally:
        for web in webs:
            web.stop()
            web.listener.close()


async def test_what_a_worker_counted_arrives_once(client: Any, call: Any) -> None:
    drain = Drain()
    drain.done() if drain.more() else None
    counting.count_job("test_kind", "done", 0.02)
    counting.count_job("test_kind", "failed", 3.0)
    lost = drain.more()  # the database did not take it
    counting.count_job("test_kind", "done", 0.02)
    given = drain.more()
    assert len(given) >= len(lost)
    await call("web_worker", "take_snapshot", counts=given)
    drain.done()
    assert drain.more() == []
    text = await read(client)
    assert value(text, 'storeproc_jobs_total{kind="test_kind",outcome="done"}') == 2
    assert value(text, 'storeproc_jobs_total{kind="test_kind",outcome="failed"}') == 1
    assert value(text, 'storeproc_job_seconds_count{kind="test_kind"}') == 3
    assert value(text, 'storeproc_job_seconds_bucket{kind="test_kind",le="0.05"}') == 2
    assert value(text, 'storeproc_job_seconds_bucket{kind="test_kind",le="+Inf"}') == 3
    # Another worker counts on from there.
    await call("web_worker", "take_snapshot", counts=[
        {"name": "jobs_total", "labels": {"kind": "test_kind", "outcome": "done"}, "value": 5}
    ])  # fmt: skip
    assert value(await read(client), 'storeproc_jobs_total{kind="test_kind",outcome="done"}') == 7


class Outside:
    """A gateway as far as counting is concerned."""

    def __init__(self) -> None:
        self.trouble: BaseException | None = None

    async def look_up(self, payment: object) -> str:
        if self.trouble is not None:
            raise self.trouble
        return "answer"

    open = parse_callback = close = capture = refund = look_up


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (None, "ok"),
        (Refused("no_such_card"), "refused"),
        (Unavailable("no answer"), "unavailable"),
        (TimeoutError(), "unavailable"),
        (CallbackInvalid("not signed"), "invalid"),
        (ZeroDivisionError(), "error"),
    ],
)
async def test_gateway_calls_are_counted_by_what_came_of_them(trouble: BaseException | None, outcome: str) -> None:
    provider, outside = uuid.uuid4().hex, Outside()
    gateway: Any = counting.watch_gateways({provider: outside})[provider]  # type: ignore[dict-item]
    outside.trouble = trouble
    if trouble is None:
        assert await gateway.look_up(object()) == "answer"
    else:
        with pytest.raises(type(trouble)):
            await gateway.look_up(object())
    counted = [
        sample
        for family in counted_families()
        for sample in family.samples
        if sample.labels.get("provider") == provider and sample.name == "storeproc_gateway_calls_total"
    ]
    assert [(s.labels["call"], s.labels["outcome"], s.value) for s in counted] == [("look_up", outcome, 1.0)]
