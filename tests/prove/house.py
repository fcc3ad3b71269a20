"""The shop under attack: one PostgreSQL, real roles, two web processes, the mock gateway's signed callbacks.

A `Job` (who, which function, with what) goes through one of two doors: `sql`, as its own log-in role on a connection of
its own, or `http`, as the request that its route says. Both answer alike: the data, or the code of the refusal.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import psycopg

from api.gateways.mock import SIGNATURE, MockGateway
from api.http.passwords import COST
from api.routes import ROUTES
from db.deploy import migrate
from db.server.access import Access
from db.server.supervisor import Server
from tests.concurrency.conftest import Crowd, Job
from tests.support.cluster import TEMPLATE, UNLIMITED, Cluster
from tests.support.payouts import payable
from tests.support.web import Client, WebServer

BY_FUNCTION = {route.function: route for route in ROUTES}


@dataclass(frozen=True)
class Said:
    """What the shop answered: ok with its data, or the code of the refusal."""

    code: str
    data: Any = None
    status: int = 0

    @property
    def ok(self) -> bool:
        return self.code == "ok"


def count(answers: list[Said]) -> dict[str, int]:
    return dict(Counter(answer.code for answer in answers))


@dataclass(frozen=True)
class Person:
    role: str
    token: str
    id: str

    def job(self, function: str, **arguments: Any) -> Job:
        return Job(f"web_{self.role}", self.token, function, arguments)


WORKER = Person("worker", "", "")


def paid(payment: dict[str, Any], kind: str = "completed", event: str = "", **changes: Any) -> Job:
    """The gateway's callback about a payment."""
    return Job("web_gateway", "", "receive_gateway_event", {
        "provider": "mock", "event_id": event or f"{kind}:{payment['id']}", "kind": kind, "payment_id": payment["id"],
        "provider_reference": f"mock_{payment['id'].replace('-', '')}", "amount": payment["amount"],
        "currency": payment["currency"], "payload": {}, **changes,
    })  # fmt: skip


def signed(gateway: MockGateway, job: Job) -> tuple[dict[str, str], bytes]:
    """The same callback as the mock gateway posts it."""
    given = job.arguments
    data = {"payment_id": given["payment_id"], "reference": given["provider_reference"], "amount": given["amount"],
            "currency": given["currency"]}  # fmt: skip
    body = json.dumps({"id": given["event_id"], "type": given["kind"], "data": data}).encode()
    return {"content-type": "application/json", SIGNATURE: gateway.sign(body)}, body


def bound(job: Job) -> tuple[str, str, dict[str, Any]]:
    """Method, path and body of the request that calls this function."""
    route = BY_FUNCTION[job.function]
    inside = {name for name in job.arguments if f"{{{name}}}" in route.path}
    path = route.path.format(**{name: job.arguments[name] for name in inside})
    return route.method, path, {name: value for name, value in job.arguments.items() if name not in inside}


@dataclass
class House:
    access: Access
    admin: asyncpg.Pool[Any]
    crowd: Crowd
    client: Client | None = None
    gateway: MockGateway = field(init=False)
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gateway = MockGateway(self.access.gateway_secret("mock"), "")

    # --- two doors ---

    async def over_sql(self, job: Job) -> Said:
        try:
            seat = await self.crowd.prepare(job)
            return Said("ok", await self.crowd.run(seat))
        except asyncpg.PostgresError as error:
            return Said(getattr(error, "constraint_name", None) or error.sqlstate or repr(error))

    async def over_http(self, job: Job, **more: Any) -> Said:
        assert self.client is not None
        if job.function == "receive_gateway_event":
            headers, body = signed(self.gateway, job)
            answer = await self.client.post("/webhooks/mock", content=body, headers=headers)
        elif job.function not in BY_FUNCTION:
            return await self.over_sql(job)  # the worker's: there is no route
        else:
            method, path, body_data = bound(job)
            if "if_match" in body_data:
                more["if_match"] = body_data.pop("if_match")
            if method in ("POST", "PUT", "PATCH"):
                more["json"] = body_data
            elif body_data:
                more["params"] = body_data
            answer = await self.client.request(method, path, token=job.token, **more)
        data = answer.json() if answer.content else None
        if answer.status_code < 400:
            return Said("ok", data, answer.status_code)
        return Said(str((data or {}).get("code", answer.status_code)), data, answer.status_code)

    async def at_once(
        self, door: str, *jobs: Job, skew: float = 0.0, chance: random.Random | None = None
    ) -> list[Said]:
        """All of them at one moment, or each up to `skew` seconds after it."""
        chance = chance or random.Random(0)
        late = [chance.uniform(0, skew) if skew else 0.0 for _ in jobs]
        gate = asyncio.Barrier(len(jobs))
        if door == "sql":
            seats = await self.crowd.open(*jobs)

        async def go(n: int) -> Said:
            await gate.wait()
            if late[n]:
                await asyncio.sleep(late[n])
            if door == "http":
                return await self.over_http(jobs[n])
            try:
                return Said("ok", await self.crowd.run(seats[n]))
            except asyncpg.PostgresError as error:
                return Said(getattr(error, "constraint_name", None) or error.sqlstate or repr(error))

        return list(await asyncio.gather(*(go(n) for n in range(len(jobs)))))

    async def does(self, person: Person, function: str, /, **arguments: Any) -> Any:
        """One call that must succeed; its data."""
        said = await self.over_sql(person.job(function, **arguments))
        assert said.ok, f"{function}: {said.code}"
        return said.data

    async def tell(self, job: Job) -> Said:
        return await self.over_sql(job)

    # --- who and what there is ---

    async def person(self, role: str = "customer") -> Person:
        email = f"{uuid.uuid4().hex}@example.com"
        made = await self.does(Person("anonymous", "", ""), "create_account", email=email, password="x" * 60)
        await self.admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1", uuid.UUID(made["id"]), role)
        await payable(self.admin, made["id"])
        token = await self.admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
        return Person(role, token, made["id"])

    async def staff(self, name: str) -> Person:
        """The one merchant, support, second or admin of this house."""
        if name not in self.people:
            self.people[name] = await self.person({"second": "support"}.get(name, name))
        return self.people[name]

    async def product(self, price: int = 500, stock: int = 1_000_000, currency: str = "USD") -> str:
        made = await self.does(
            await self.staff("merchant"), "create_product", name="Lamp", description="", sku=uuid.uuid4().hex[:12],
            price=price, currency=currency, stock=stock,
        )  # fmt: skip
        return str(made["id"])

    async def bundle(self, *items: tuple[str, int], price: int = 1000) -> str:
        made = await self.does(
            await self.staff("merchant"), "create_bundle", name="Set", sku=uuid.uuid4().hex[:12], price=price,
            currency="USD", items=[{"product_id": p, "quantity": q} for p, q in items],
        )  # fmt: skip
        return str(made["id"])

    async def promotion(self, **given: Any) -> dict[str, Any]:
        given = {"code": "P" + uuid.uuid4().hex[:10].upper(), "name": "Sale", "kind": "percentage", **given}
        if given["kind"] == "percentage":
            given.setdefault("basis_points", 1000)
        made: dict[str, Any] = await self.does(await self.staff("support"), "create_promotion", **given)
        return made

    async def order(self, buyer: Person, *lines: tuple[str, int], **more: Any) -> dict[str, Any]:
        items = [{"product_id": product, "quantity": quantity} for product, quantity in lines]
        made: dict[str, Any] = await self.does(buyer, "create_order", items=items, **more)
        return made

    async def begin(self, buyer: Person, order: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = await self.does(buyer, "begin_payment", order_id=order["id"], provider="mock", **more)
        payment: dict[str, Any] = answer["payment"]
        return payment

    async def bought(
        self, buyer: Person, *lines: tuple[str, int], **more: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        order = await self.order(buyer, *lines, **more)
        payment = await self.begin(buyer, order)
        assert (await self.tell(paid(payment))).ok
        return await self.does(buyer, "get_order", order_id=order["id"]), payment

    async def fund(self, person: Person, amount: int, kind: str = "wallet", currency: str = "USD") -> None:
        """Money from outside, as the owner of the books books it."""
        await self.admin.execute(
            """
            SELECT ledger.post_transfer(ledger.open_account('clearing', $2, 'mock'),
                                        ledger.open_account($3, $2, owner_id => $4), $1::bigint, 'deposit')
            """,
            amount, currency, kind, uuid.UUID(person.id),
        )  # fmt: skip

    async def purse(self, person: Person, kind: str = "wallet", currency: str = "USD") -> tuple[int, int, int]:
        """What the row says (balance, held) and what the transfers say."""
        row = await self.admin.fetchrow(
            """
            SELECT a.balance, a.held, (
                SELECT coalesce(sum(CASE WHEN t.credit_account = a.id THEN t.amount ELSE -t.amount END), 0)::bigint
                FROM ledger.transfers AS t
                WHERE a.id IN (t.credit_account, t.debit_account) AND t.phase IN ('posted', 'post')) AS moved
            FROM ledger.accounts AS a WHERE a.owner_id = $1 AND a.kind = $2 AND a.currency = $3
            """,
            uuid.UUID(person.id), kind, currency,
        )  # fmt: skip
        return (row["balance"], row["held"], row["moved"]) if row else (0, 0, 0)

    async def stock(self, product: str) -> tuple[int, int]:
        row = await self.admin.fetchrow(
            "SELECT on_hand, reserved FROM catalog.stock WHERE product_id = $1", uuid.UUID(product)
        )
        return row["on_hand"], row["reserved"]

    async def expire(self, *orders: dict[str, Any]) -> None:
        """The orders' time is over; nobody has noticed yet."""
        await self.admin.execute(
            "UPDATE sales.orders SET expires_at = now() - interval '1 second' WHERE id = ANY ($1)",
            [uuid.UUID(order["id"]) for order in orders],
        )

    async def broken(self) -> list[str]:
        """Every invariant that does not hold now."""
        rows = await self.admin.fetch("SELECT name, detail FROM audit.check_invariants() WHERE NOT ok")
        return [f"{row['name']}: {row['detail']}" for row in rows]

    async def deadlocks(self) -> int:
        await self.admin.execute("SELECT pg_stat_force_next_flush()")
        found: int = await self.admin.fetchval(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return found


# --- making one -----------------------------------------------------------------------------------


@asynccontextmanager
async def enter(access: Access, web: str | None = None) -> AsyncIterator[House]:
    """A house on this database, with the web tier at this address."""
    async with asyncpg.create_pool(access.admin(), min_size=1, max_size=8) as admin:
        crowd = Crowd(access, admin)
        client = Client(web) if web else None
        try:
            yield House(access, admin, crowd, client)
        finally:
            await crowd.close()
            if client:
                await client.http.aclose()


@contextmanager
def web_tier(access: Access, folder: Path, processes: int = 2, **environment: str) -> Iterator[str]:
    """Web processes on one socket; its address."""
    environment = {"RATE_LIMIT": "0", **environment}
    servers = [WebServer(access, environment, folder, password_cost=COST)]
    for _ in range(processes - 1):
        another = WebServer(access, environment, folder, password_cost=COST)
        another.listener.close()
        another.listener, another.port, another.url = servers[0].listener, servers[0].port, servers[0].url
        another.environment |= {"PORT": str(another.port), "PUBLIC_URL": another.url}
        servers.append(another)
    try:
        for server in servers:
            server.start()
        yield servers[0].url
    finally:
        for server in servers:
            server.stop()
        servers[0].listener.close()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own with a migrated template, for `make prove`; pytest brings one along."""
    folder = Path(tempfile.mkdtemp(prefix="storeproc-prove-"))
    # Durability is what the faults prove; here the disk may lie, and more is attacked in the same time.
    server = Server(
        folder,
        secret="test" * 16,
        settings={
            "max_connections": "400",
            "storeproc.connection_limits": "own",
            "fsync": "off",
            "full_page_writes": "off",
        },
    )
    try:
        access = server.start("prove")
        template = Access(access.admin(TEMPLATE), access.secret)
        migrate.migrate(template)
        with psycopg.connect(template.admin(), autocommit=True) as connection:
            connection.execute(UNLIMITED)
        with psycopg.connect(access.admin("postgres"), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS false")
        yield Cluster(template, folder)
    finally:
        with suppress(Exception):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
