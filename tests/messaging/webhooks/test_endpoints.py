"""Endpoints over HTTP: whose they are, where they may lead, what is told of their secrets."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import uuid
from typing import Any

import pytest

from api.http import outbound
from api.settings import Settings
from tests.messaging.webhooks.conftest import Desk, Receiver
from tests.payments.conftest import Shop
from tests.support.connections import refused
from tests.support.web import Client

PATH = "/webhook-endpoints"


async def test_from_its_making_to_its_end(client: Client, merchant: str) -> None:
    made = await client.post(PATH, token=merchant, json={"url": "https://hooks.example/in?a=1", "types": ["order.*"]})
    assert made.status_code == 201
    endpoint = made.json()
    path = f"{PATH}/{endpoint['id']}"
    assert made.headers["location"] == f"/v1{path}"
    assert endpoint["secret"].startswith("whsec_")
    assert (endpoint["status"], endpoint["types"]) == ("enabled", ["order.*"])
    seen = (await client.get(path, token=merchant)).json()
    assert seen == endpoint | {"secret": None}
    assert (await client.get(PATH, token=merchant)).json()["data"] == [seen]
    changed = await client.patch(path, token=merchant, json={"status": "disabled"}, if_match=1)
    assert (changed.json()["disabled_reason"], changed.headers["etag"][:3]) == ("owner", '"2-')
    stale = await client.patch(path, token=merchant, json={"types": ["*"]}, if_match=1)
    assert stale.status_code == 412
    changed = await client.patch(path, token=merchant, json={"status": "enabled", "description": "ours"})
    assert (changed.json()["status"], changed.json()["disabled_reason"]) == ("enabled", None)
    assert (await client.delete(path, token=merchant)).status_code == 204
    gone = await client.get(path, token=merchant)
    assert (gone.status_code, gone.json()["code"]) == (404, "webhook_endpoint_not_found")


async def test_somebody_elses_is_not_there(client: Client, shop: Shop, desk: Desk, merchant: str) -> None:
    endpoint = await desk.endpoint(merchant, "https://hooks.example/")
    event = await desk.record(merchant)
    await desk.fan_out(event)
    [delivery] = await desk.deliveries(merchant, endpoint)
    stranger = await shop.account("merchant")
    path = f"{PATH}/{endpoint['id']}"
    answers = [
        await client.get(path, token=stranger),
        await client.patch(path, token=stranger, json={"url": "https://evil.example/"}),
        await client.post(f"{path}/rotate-secret", token=stranger),
        await client.get(f"{path}/deliveries", token=stranger),
        await client.post(f"{path}/deliveries/{delivery['id']}/redeliver", token=stranger),
        await client.delete(path, token=stranger),
    ]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, "webhook_endpoint_not_found")] * 6
    assert (await client.get(PATH, token=stranger)).json()["data"] == []
    for role in ("customer", "support"):
        forbidden = await client.get(PATH, token=await shop.account(role))
        assert (forbidden.status_code, forbidden.json()["code"]) == (403, "forbidden")
    assert (await client.get(PATH)).status_code == 401
    # An admin sees it and can stop it, and is not told its secret.
    overseer = await shop.account("admin")
    assert (await client.get(f"{path}/deliveries", token=overseer)).json()["data"][0]["event_id"] == event
    assert (await client.post(f"{path}/rotate-secret", token=overseer)).status_code == 404
    assert (await client.patch(path, token=overseer, json={"status": "disabled"})).status_code == 200


async def test_two_secrets_for_a_day(client: Client, shop: Shop, desk: Desk, merchant: str, receiver: Receiver) -> None:
    endpoint = await desk.endpoint(merchant, receiver.url)
    rotated = await client.post(f"{PATH}/{endpoint['id']}/rotate-secret", token=merchant)
    assert rotated.status_code == 200
    new = rotated.json()["secret"]
    assert new != endpoint["secret"]
    async with desk.delivering():
        await desk.record(merchant)
        [first] = await receiver.until(1)
        assert first.signed_by(endpoint["secret"])
        assert first.signed_by(new)
        await shop.admin.execute(
            "UPDATE messaging.webhook_secrets SET expires_at = now() - interval '1 second' WHERE expires_at IS NOT NULL"
        )
        await desk.record(merchant)
        _, second = await receiver.until(2)
        assert second.signed_by(new)
        assert not second.signed_by(endpoint["secret"])
    await shop.call("web_worker", "purge_deliveries")
    assert await shop.admin.fetchval("SELECT count(*) FROM messaging.webhook_secrets WHERE expires_at < now()") == 0


async def test_a_secret_is_kept_where_nobody_reads(client: Client, shop: Shop, merchant: str) -> None:
    key = uuid.uuid4().hex
    made = await client.post(PATH, token=merchant, key=key, json={"url": "https://hooks.example/"})
    again = await client.post(f"{PATH}/{made.json()['id']}/rotate-secret", token=merchant, key=key)
    for secret in (made.json()["secret"], again.json()["secret"]):
        kept = await shop.admin.fetchval(
            "SELECT (SELECT count(*) FROM messaging.idempotency_keys WHERE answer LIKE '%' || $1 || '%') "
            "+ (SELECT count(*) FROM audit.changes WHERE new::text LIKE '%' || $1 || '%')",
            secret,
        )
        assert kept == 0
    readers = await shop.admin.fetch(  # store_backup reads everything: a backup has everything
        "SELECT rolname FROM pg_roles WHERE rolname ~ '^(web|app)_|^store_(api|monitor)$' "
        "AND has_any_column_privilege(oid, 'messaging.webhook_secrets', 'SELECT')"
    )
    assert readers == []


async def test_twenty_and_no_more(shop: Shop, desk: Desk, merchant: str) -> None:
    made = await asyncio.gather(
        *(desk.endpoint(merchant, "https://hooks.example/") for _ in range(25)), return_exceptions=True
    )
    assert sum(isinstance(answer, dict) for answer in made) == 20
    with refused("too_many_webhook_endpoints"):
        await desk.endpoint(merchant, "https://hooks.example/")


async def test_again_please(client: Client, shop: Shop, desk: Desk, merchant: str, receiver: Receiver) -> None:
    endpoint = await desk.endpoint(merchant, receiver.url)
    event = await desk.record_example(merchant)
    path = f"{PATH}/{endpoint['id']}"
    async with desk.delivering():
        await desk.until(endpoint, "bool_and(d.status = 'delivered')")
        [delivery] = (await client.get(f"{path}/deliveries?status=delivered", token=merchant)).json()["data"]
        again = await client.post(f"{path}/deliveries/{delivery['id']}/redeliver", token=merchant)
        assert (again.status_code, again.json()["status"]) == (200, "pending")
        first, second = await receiver.until(2)
        await desk.until(endpoint, "bool_and(d.status = 'delivered')")
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == event
    assert first.body == second.body
    assert len((await desk.deliveries(merchant, endpoint))[0]["attempts"]) == 2
    nothing = await client.post(f"{path}/deliveries/{uuid.uuid4()}/redeliver", token=merchant)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "webhook_delivery_not_found")
    await client.patch(path, token=merchant, json={"status": "disabled"})
    off = await client.post(f"{path}/deliveries/{delivery['id']}/redeliver", token=merchant)
    assert (off.status_code, off.json()["code"]) == (409, "webhook_endpoint_disabled")


async def test_what_a_worker_is_sending_is_not_sent_beside_it(shop: Shop, desk: Desk, merchant: str) -> None:
    endpoint = await desk.endpoint(merchant, "https://hooks.example/")
    await desk.fan_out(await desk.record_example(merchant))
    claimed = [d for d in await desk.worker("claim_deliveries", limit=100) if d["endpoint_id"] == endpoint["id"]]
    assert len(claimed) == 1
    await shop.call(
        "web_merchant", "redeliver_webhook", token=merchant, endpoint_id=endpoint["id"], delivery_id=claimed[0]["id"]
    )
    assert endpoint["id"] not in [d["endpoint_id"] for d in await desk.worker("claim_deliveries", limit=100)]


async def test_old_deliveries_are_deleted(shop: Shop, desk: Desk, merchant: str) -> None:
    endpoint = await desk.endpoint(merchant, "https://hooks.example/")
    await desk.fan_out(await desk.record(merchant))
    await shop.admin.execute(
        "UPDATE messaging.webhook_deliveries SET id = uuidv7(interval '-31 days'), status = 'failed' "
        "WHERE endpoint_id = $1",
        uuid.UUID(endpoint["id"]),
    )
    await desk.fan_out(await desk.record(merchant))
    assert await desk.worker("purge_deliveries") == 1
    assert len(await desk.deliveries(merchant, endpoint)) == 1


# --- where to -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://0x7f.1/", "http://2130706433/", "http://0/", "https://localhost/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:a00:1]/", "http://[fe80::1]/",
        "http://[fd00:ec2::254]/", "http://[64:ff9b::7f00:1]/", "http://10.1.2.3/", "http://172.16.0.1/",
        "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data", "http://100.100.100.200/",
        "http://168.63.129.16/", "http://192.0.0.192/", "http://224.0.0.1/", "http://255.255.255.255/",
        "http://1.1.1.1:25/",
    ],
)  # fmt: skip
async def test_no_webhook_leads_into_a_private_network(client: Client, merchant: str, url: str) -> None:
    answer = await client.post(PATH, token=merchant, json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "webhook_target_refused")
    assert answer.json()["errors"][0]["pointer"] == "/url"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example/", "https://user:word@hooks.example/", "https://hooks.example/#part", "//hooks.example/",
        "https://hooks.exämple/", "https://hooks.example/a b", "https:///", "https://hooks.example:123456/",
    ],
)  # fmt: skip
async def test_what_is_no_address(client: Client, merchant: str, url: str) -> None:
    answer = await client.post(PATH, token=merchant, json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")


@pytest.mark.parametrize("url", ["http://[FB3F]:06659", "http://[::1", "https://[v1.x]/"])
async def test_what_looks_like_an_address_and_is_none(client: Client, merchant: str, url: str) -> None:
    answer = await client.post(PATH, token=merchant, json={"url": url})
    assert answer.status_code == 422, answer.text


async def test_an_endpoint_cannot_be_moved_there_either(client: Client, desk: Desk, merchant: str) -> None:
    endpoint = await desk.endpoint(merchant, "https://hooks.example/")
    answer = await client.patch(f"{PATH}/{endpoint['id']}", token=merchant, json={"url": "http://10.0.0.1/"})
    assert (answer.status_code, answer.json()["code"]) == (422, "webhook_target_refused")


async def test_names_are_looked_up_for_nobody(client: Client) -> None:
    answer = await client.post(PATH, json={"url": "http://10.0.0.1/"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")


@pytest.mark.parametrize("text", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_the_public_network(text: str) -> None:
    assert outbound.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text", ["2002:7f00:1::", "2001:0:7f00:1::", "fec0::1", "::", "ff02::1", "192.88.99.1", "fe80::1%1"]
)
def test_what_is_not_of_it(text: str) -> None:
    assert not outbound.is_public(ipaddress.ip_address(text))


async def test_in_production_only_https() -> None:
    guard = outbound.Guard(Settings(environment="production"))
    with pytest.raises(outbound.TargetRefused, match="https_required"):
        guard.check_url("http://hooks.example/")
    assert guard.check_url("https://hooks.example/") == ("https", "hooks.example", 443)


def test_it_is_configured_by_a_word() -> None:
    assert Settings.from_env({"WEBHOOKS_ALLOW_PRIVATE": "1", "STOREPROC_DATA": "/nowhere"}).webhooks_allow_private
    assert not Settings.from_env({"STOREPROC_DATA": "/nowhere"}).webhooks_allow_private


async def test_the_contract_shows_it(client: Client) -> None:
    document: dict[str, Any] = json.loads((await client.get("/openapi.json")).content)
    stream = document["paths"]["/v1/orders/{order_id}/stream"]["get"]
    assert list(stream["responses"]["200"]["content"]) == ["text/event-stream"]
    made = document["paths"]["/v1/webhook-endpoints/{endpoint_id}/rotate-secret"]["post"]
    assert "Idempotency-Key" not in [parameter["name"] for parameter in made.get("parameters", [])]
