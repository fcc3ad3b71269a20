"""What the logs say, and what they must never say: who somebody is, where they live, what they typed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from db.server.access import Access
from tests.support.cluster import Cluster

ROOT = Path(__file__).parents[2]
MARK = f"q{uuid.uuid4().hex[:12]}x"  # in everything that is somebody's
PASSWORD = f"Correct-{uuid.uuid4().hex[:12]}-9"  # without MARK: it is in the e-mail too
PHONE = "+8801712" + str(uuid.uuid4().int)[:6]


@pytest.fixture(scope="module", autouse=True)
async def everything_is_slow(access: Access, admin: Any) -> None:
    """Each statement leaves its plan in the log, those inside functions too, as only slow ones do in life."""
    for name in ("auto_explain.log_min_duration", "log_min_duration_statement"):
        await admin.execute(f'ALTER DATABASE "{access.database}" SET {name} = 0')


@pytest.fixture(scope="module")
async def worker_log(access: Access, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    folder = tmp_path_factory.mktemp("worker")
    file = folder / "worker.log"
    environment = os.environ | {
        "DATABASE_URL": access.public_url(), "STOREPROC_SECRET": access.secret, "STOREPROC_DATA": str(folder),
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    with file.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "api.worker", cwd=ROOT, env=environment, stdout=out, stderr=out
        )
        yield file
        process.send_signal(signal.SIGTERM)
        await process.wait()


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def read(file: Path) -> str:
    return file.read_text(errors="replace")


def database_log(cluster: Cluster, database: str) -> str:
    """What PostgreSQL logged of this database."""
    found = []
    for file in (cluster.data / "log").glob("*.json"):
        for line in read(file).splitlines():
            if f'"dbname":"{database}"' in line:
                found.append(line)
    return "\n".join(found)


class Customer:
    """Sends requests, and keeps the statuses of the answers and what no log may contain."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.mail = f"{MARK}@example.com"
        self.token: str | None = None
        self.statuses: set[int] = set()
        self.secrets = [MARK, PHONE, PASSWORD]

    async def send(self, method: str, path: str, **keywords: Any) -> Any:
        answer = await self.client.request(method, path, **{"token": self.token} | keywords)
        self.statuses.add(answer.status_code)
        return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else {}

    async def sign_up(self) -> None:
        valid = {"email": self.mail, "password": PASSWORD, "display_name": f"Ada {MARK}", "handle": f"h_{MARK}"}
        await self.send("POST", "/accounts", json=valid)
        await self.send("POST", "/accounts", json=valid)  # taken: PostgreSQL's DETAIL quotes the row
        await self.send("POST", "/accounts", json=valid | {"email": f"other.{self.mail}"})  # the handle is taken
        await self.send("POST", "/accounts", json=valid | {"password": MARK})
        await self.send("POST", "/accounts", json=valid | {"email": f"no mail {MARK}"})
        truncated = b'{"email": "' + self.mail.encode() + b'", '
        await self.send("POST", "/accounts", content=truncated, headers={"Content-Type": "application/json"})

    async def log_in(self) -> None:
        await self.send("POST", "/sessions", json={"email": self.mail, "password": PASSWORD + "!"})
        for _ in range(7):  # custom plans come first, and hold values; then generic ones
            session = await self.send("POST", "/sessions", json={"email": self.mail, "password": PASSWORD})
        renewed = await self.send("POST", "/sessions/refresh", json={"refresh_token": session["refresh_token"]})
        for answer in (session, renewed):
            self.secrets += [answer["access_token"], answer["refresh_token"]]
        self.token = renewed["access_token"]

    async def change_account(self) -> None:
        await self.send("PATCH", "/account", json={"display_name": f"Ada {MARK} Byron"})
        await self.send("PATCH", "/account", json={"email": f"new.{self.mail}"})
        await self.send("PATCH", "/account", json={"handle": f"{MARK} with spaces"})
        wrong = {"current_password": PASSWORD + "x", "new_password": PASSWORD}
        await self.send("PUT", "/account/password", json=wrong)
        await self.send("POST", "/password-resets", token=None, json={"email": f"new.{self.mail}"})
        await self.send("POST", "/account/email-verification")
        await self.send("POST", "/account/email-verification/confirm", json={"token": MARK * 4})

    async def shop(self, lamp: str) -> None:
        address = {
            "name": f"Ada {MARK}", "line1": f"1 {MARK} Street", "city": f"{MARK}ville", "postal_code": "10115",
            "country": "DE", "phone": PHONE,
        }  # fmt: skip
        made = await self.send("POST", "/account/addresses", json=address)
        await self.send("POST", "/account/addresses", json=address | {"country": MARK})
        await self.send("GET", f"/products?q=lamp&sort={MARK}", token=None)
        await self.send("GET", f"/products/{MARK}", token=None)
        order = await self.send("POST", "/orders", key=f"key-{MARK}", json={
            "items": [{"product_id": lamp, "quantity": 1}], "shipping_address_id": made["id"],
        })  # fmt: skip
        await self.send("POST", "/orders", json={"items": [{"product_id": lamp, "quantity": 50}]})
        paid = await self.send("POST", f"/orders/{order['id']}/payments", json={"provider": "mock"})
        await self.client.post(paid["checkout_url"], data={"outcome": "pay"})
        await self.send("POST", "/gift-cards/redeem", json={"code": MARK.upper()})
        callback = {"content": self.mail.encode(), "headers": {"Content-Type": "application/json"}}
        await self.send("POST", "/webhooks/mock", token=None, **callback)

    async def is_looked_up(self, staff: str) -> None:
        self.secrets.append(staff)
        for path in (f"/admin/search?q={self.mail}", f"/admin/accounts?q=new.{self.mail}", f"/admin/search?q={MARK}"):
            for _ in range(2):
                await self.send("GET", path, token=staff)


async def log_in_as(role: str, call: Any, admin: Any) -> str:
    email = f"{role}.{uuid.uuid4().hex}@example.com"
    await call("web_anonymous", "create_account", email=email, password="x" * 60)
    await admin.execute("UPDATE identity.accounts SET role = $2 WHERE email = $1", email, role)
    return await admin.fetchval("SELECT identity.issue_local_token($2, $1)", email, role)


async def mails_are_sent(admin: Any) -> None:
    """Waits for the worker, which sends mails with a name and an address on them."""
    for _ in range(600):
        waiting, done = await admin.fetchrow(
            "SELECT count(*) FILTER (WHERE done_at IS NULL AND attempts = 0 AND run_at <= now()),"
            " count(*) FILTER (WHERE done_at IS NOT NULL) FROM messaging.outbox"
        )
        if not waiting and done > 2:  # what was claimed is not done yet
            break
        await asyncio.sleep(0.05)
    assert done > 2


async def whole_database_log(cluster: Cluster, database: str, admin: Any) -> str:
    """The log up to now: a process of its own writes the file, so a last line is logged and waited for."""
    marker = f"last_{uuid.uuid4().hex}"
    await admin.execute(f"DO $$ BEGIN RAISE LOG '{marker}'; END $$")
    for _ in range(200):
        said = database_log(cluster, database)
        if marker in said:
            break
        await asyncio.sleep(0.05)
    return said


async def test_nothing_of_anybody_is_in_any_log(
    client: Any, server: Any, admin: Any, call: Any, cluster: Cluster, database: str, worker_log: Path
) -> None:
    customer = Customer(client)
    await customer.sign_up()
    await customer.log_in()
    await customer.change_account()
    lamp = await client.post("/products", token=await log_in_as("merchant", call, admin), json={
        "name": "Lamp", "description": "", "sku": uuid.uuid4().hex[:12], "price": 500, "currency": "USD", "stock": 5,
    })  # fmt: skip
    await customer.shop(lamp.json()["id"])
    await customer.is_looked_up(await log_in_as("admin", call, admin))
    assert {200, 201, 401, 404, 409, 422} <= customer.statuses

    await mails_are_sent(admin)
    said = await whole_database_log(cluster, database, admin)
    logs = {"PostgreSQL": said, "the web tier": server.log(), "the worker": read(worker_log)}
    for name, text in logs.items():
        assert len(text) > 500, f"{name} said nothing"
        leaks = [line for line in text.splitlines() if any(secret in line for secret in customer.secrets)]
        shown = "\n\n".join(leaks[:20])
        assert not leaks, f"{name} tells {len(leaks)} times:\n{shown[:6000]}"
    assert "Index Scan" in said  # the plans are there


async def test_a_request_is_one_line_that_can_be_searched(client: Any, server: Any) -> None:
    request_id = f"look-for-{uuid.uuid4().hex[:8]}"
    answer = await client.get(f"/products/{uuid.uuid4()}", headers={"X-Request-Id": request_id})
    assert answer.headers["x-request-id"] == request_id
    (line,) = await server.log_of(request_id)
    assert line.pop("ms") > 0
    assert datetime.fromisoformat(line.pop("time")).tzinfo is not None
    assert len(line.pop("client")) == 16  # a keyed hash of the address
    assert line == {
        "request_id": request_id, "operation": "get_product", "method": "GET", "role": "anonymous", "status": 404,
        "code": "product_not_found", "level": "info",
    }  # fmt: skip


async def test_what_nobody_foresaw_is_there_with_its_sqlstate(client: Any, server: Any, admin: Any) -> None:
    await admin.execute("REVOKE SELECT ON catalog.categories FROM store_api")
    try:
        answer = await client.get("/categories")
    finally:
        await admin.execute("GRANT SELECT ON catalog.categories TO store_api")
    assert answer.status_code == 500
    assert "permission" not in answer.text
    found = await server.log_of(answer.headers["x-request-id"], 2)
    assert len(found) == 2
    assert found[0]["error"].startswith("Unexpected: 42501 permission denied for table categories")
    assert found[1]["status"] == 500
    assert found[1]["operation"] == "list_categories"


async def test_jobs_are_one_line_each(worker_log: Path) -> None:
    jobs = [line for line in lines(read(worker_log)) if "job" in line]
    assert "send_mail" in {line["kind"] for line in jobs}
    assert all({"job", "kind", "attempt", "outcome", "ms"} <= line.keys() for line in jobs)


async def test_our_own_server_logs_this_by_itself(admin: Any, cluster: Cluster) -> None:
    """The file that it was started with: nothing here was set by a test."""
    settings = {row["name"]: row["setting"] for row in await admin.fetch("SELECT name, setting FROM pg_file_settings")}
    assert settings["log_destination"] == "jsonlog"
    assert settings["auto_explain.log_min_duration"] == "250ms"
    assert settings["auto_explain.log_nested_statements"] == "on"
    assert settings["pg_stat_statements.track_utility"] == "off"
    assert "pg_stat_statements" in settings["shared_preload_libraries"]
    for name in ("log_parameter_max_length", "log_parameter_max_length_on_error"):
        assert settings[name] == settings[f"auto_explain.{name}".removesuffix("_on_error")] == "0"
    assert (settings["log_statement"], settings["log_connections"]) == ("ddl", "authorization")
    assert "log_min_duration_statement" not in settings
    check_files(cluster.data / "log")


def check_files(folder: Path) -> None:
    files = list(folder.glob("*.json"))
    assert files
    for file in files:
        assert file.stat().st_mode & 0o077 == 0
        assert all(json.loads(line)["timestamp"] for line in file.read_text().splitlines()[:50])
