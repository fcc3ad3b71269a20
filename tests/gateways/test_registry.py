"""Gateways and carriers register themselves; the README's recipe for a new gateway works to the letter."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from api import gateways
from api.carriers import registry as carrier_registry
from api.gateways import registry as gateway_registry
from api.providers import configured, discover
from api.settings import Settings
from api.settings_source import SettingsError
from db.server.access import Access
from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.support import web as support
from tests.support.cluster import ROOT
from tests.support.web import Client, WebServer, web_running

BLOCKS = dict(
    re.findall(r"^```(\w+)\n(.*?)^```", (ROOT / "api/gateways/README.md").read_text(), re.MULTILINE | re.DOTALL)
)
ENVIRONMENT = dict(line.split("=", 1) for line in BLOCKS["sh"].splitlines())


@pytest.fixture(scope="module")
def server(access: Access, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """The web tier of a copy of the sources to which the recipe was applied."""
    copy = tmp_path_factory.mktemp("copy")
    for package in ("api", "backups", "db", "monitoring"):
        shutil.copytree(ROOT / package, copy / package)
    (copy / "api/gateways/dummy.py").write_text(BLOCKS["python"])
    web = WebServer(access, {**ENVIRONMENT, "PYTHONPATH": str(copy)}, tmp_path_factory.mktemp("web"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(support, "ROOT", copy)
        with web_running(web):
            yield web


@pytest.fixture
def worker(server: WebServer) -> Iterator[None]:
    environment = server.environment
    process = subprocess.Popen(
        [sys.executable, "-m", "api.worker"], cwd=environment["PYTHONPATH"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(60) == 0


async def callback(client: Client, event: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(event).encode()
    signature = hmac.new(ENVIRONMENT["DUMMY_SECRET"].encode(), body, hashlib.sha256).hexdigest()
    answer = await client.post("/webhooks/dummy", content=body, headers={"dummy-signature": signature})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_gateway_is_added_as_the_readme_says(client: Client, shop: Shop, worker: None) -> None:
    await shop.admin.execute(BLOCKS["sql"])
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    answer = await client.post(f"/orders/{order['id']}/payments", token=token, json={"provider": "dummy"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["checkout_url"].startswith("https://dummy.example/pay/")
    payment = answer.json()["payment"]

    forged = await client.post("/webhooks/dummy", content=b"{}", headers={"dummy-signature": "0"})
    assert (forged.status_code, forged.json()["code"]) == (400, "signature_invalid")
    paid = {"id": "1", "kind": "completed", "payment_id": payment["id"], "amount": payment["amount"], "currency": "USD"}
    assert [(await callback(client, paid))["outcome"] for _ in range(2)] == ["applied", "repeated"]
    assert (await client.get(f"/orders/{order['id']}", token=token)).json()["status"] == "paid"

    assert (await client.post(f"/orders/{order['id']}/cancel", token=token, json={})).status_code == 200
    await shop.until(
        "SELECT count(*) = 1 AND bool_and(r.status = 'completed') "
        "FROM payments.refunds AS r WHERE r.payment_id = $1::text::uuid",
        payment["id"],
    )
    await shop.assert_books_balance()

    listed = (await client.get("/admin/payment-providers", token=shop.support)).json()
    (shown,) = [provider for provider in listed["data"] if provider["name"] == "dummy"]
    assert (shown["title"], shown["manual_capture"], shown["enabled"]) == ("Dummy", False, True)
    administrator = await shop.account("admin")
    refusal = await client.patch(
        "/admin/payment-providers/dummy", token=administrator, json={"capture_method": "manual"}
    )
    assert (refusal.status_code, refusal.json()["code"]) == (422, "capture_method_not_supported")


async def test_modules_and_rows_agree(admin: asyncpg.Connection[Any]) -> None:
    rows = await admin.fetch(
        "SELECT name, manual_capture, test_only FROM payments.providers WHERE kind = 'gateway' AND name <> 'dummy'"
    )
    assert {row["name"] for row in rows} == set(gateway_registry.providers())
    for row in rows:
        capabilities = gateway_registry.providers()[row["name"]].capabilities
        assert row["manual_capture"] == ("manual_capture" in capabilities), row["name"]
        assert row["test_only"] == ("test_only" in capabilities), row["name"]
    parcels = await admin.fetch("SELECT name, test_only FROM fulfilment.carriers")
    assert {row["name"]: row["test_only"] for row in parcels} == {
        name: "test_only" in carrier.capabilities for name, carrier in carrier_registry.providers().items()
    }


def test_what_does_nothing_real_is_not_offered_in_production(tmp_path: Path) -> None:
    shop = {"secret": "s" * 32, "data": tmp_path, "database_url": "postgresql://postgres@127.0.0.1:1/storeproc"}
    assert set(gateway_registry.offered(Settings(**shop))) == {"mock"}
    assert set(carrier_registry.offered(Settings(**shop))) == {"mock"}
    assert not gateway_registry.offered(Settings(**shop, environment="production"))
    assert not carrier_registry.offered(Settings(**shop, environment="production"))


def test_two_modules_with_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "another_mock.py").write_text("from api.gateways.mock import PROVIDER\n")
    monkeypatch.setattr(gateways, "__path__", [*gateways.__path__, str(tmp_path)])
    with pytest.raises(ValueError, match="another module declares the provider mock"):
        discover(gateways)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"STRIPE_SECRET_KEY": "sk"}, "STRIPE_WEBHOOK_SECRET is missing: .* belong together"),
        (
            {"SSLCOMMERZ_STORE_ID": "a", "SSLCOMMERZ_STORE_PASSWORD": "b", "SSLCOMMERZ_API": "ftp://x"},
            "SSLCOMMERZ_API=ftp://x: an address such as https://api.shop.example is expected.",
        ),
    ],
)
def test_half_a_configuration_and_wrong_values_are_named(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        configured(gateway_registry.providers(), environ)
