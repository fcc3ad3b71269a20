"""api/Caddyfile before the real web tier: what it limits, what it hands on, what it keeps to itself."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from db.server.processes import die_with_parent
from tests.deployment.compose.conftest import ROOT
from tests.messaging.events.conftest import listening
from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.support.web import WebServer

SERVER_ENVIRONMENT = {"TRUSTED_PROXIES": "127.0.0.1", "LOG_CLIENT_ADDRESS": "plain"}
CLIENT = "127.0.0.5"  # an address of this machine that is no proxy's


def test_the_file_is_formatted(caddy: str) -> None:
    file = ROOT / "api" / "Caddyfile"
    done = subprocess.run([caddy, "fmt", file], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == file.read_text()


@pytest.fixture(scope="module")
def proxy(caddy: str, server: WebServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Caddy with our file before the real web tier; only addresses are changed."""
    tmp_path = tmp_path_factory.mktemp("caddy")
    ports = []
    for _ in range(2):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
    text = (ROOT / "api" / "Caddyfile").read_text()
    for before, after in (
        ("name web", "name 127.0.0.1"),
        ("port 8000", f"port {server.port}"),
        (":8080}", f":{ports[0]}" + "}"),
        ("127.0.0.1:8081", f"127.0.0.1:{ports[1]}"),
        ("http_port 8080", f"http_port {ports[0]}"),
        ("read_header 10s", "read_header 1s"),
    ):
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    (tmp_path / "Caddyfile").write_text(text)
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    log = (tmp_path / "caddy.log").open("wb")
    process = subprocess.Popen(
        [caddy, "run", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile"], cwd=tmp_path, env=environment,
        stdout=log, stderr=log, preexec_fn=die_with_parent(signal.SIGKILL),
    )  # fmt: skip
    url = f"http://127.0.0.1:{ports[0]}"
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
            assert client.get(f"http://127.0.0.1:{ports[1]}/").status_code == 204  # the health check
        yield url
    finally:
        process.terminate()
        process.wait(60)
        log.close()


def test_requests_are_handed_on_and_figures_are_not(proxy: str, server: WebServer) -> None:
    with httpx.Client(base_url=proxy, timeout=60) as client:
        assert client.get("/health/ready").status_code == 200
        assert client.get("/v1/products").json()["data"] == []
        refused = client.post("/v1/sessions", json={"email": "a@example.com", "password": "x"})
        assert refused.headers["content-type"] == "application/problem+json"
        for path in ("/metrics", "/METRICS", "/%6detrics", "//metrics", "/./metrics", "/metrics/", "/metrics?a=b"):
            request = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"  # no client tidies it up
            assert exchange(proxy, request.encode()).startswith(b"HTTP/1.1 404"), path
        assert httpx.get(f"{server.url}/metrics").status_code == 200
        # While a web container restarts, requests wait for it.
        server.stop()
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(client.get, "/v1/products")
            server.start()
            assert waiting.result(30).status_code == 200


def test_the_client_is_whom_the_proxy_sees(proxy: str, server: WebServer) -> None:
    """Not whom a header claims."""
    claims = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    with httpx.Client(transport=httpx.HTTPTransport(local_address=CLIENT)) as client:
        request_id = client.get(f"{proxy}/v1/products", headers=claims).headers["x-request-id"]
    deadline = time.monotonic() + 10
    while not (found := [line for line in server.log().splitlines() if request_id in line]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert json.loads(found[0])["client"] == CLIENT


def exchange(url: str, request: bytes) -> bytes:
    """All that comes until the proxy closes."""
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port or 80), 20) as client:
        client.sendall(request)
        pieces = []
        while piece := client.recv(65536):
            pieces.append(piece)
        return b"".join(pieces)


def test_heads_and_bodies_are_limited(proxy: str) -> None:
    get = b"GET /v1/products HTTP/1.1\r\nHost: shop.example\r\n"
    assert exchange(proxy, get + b"X-A: " + b"b" * 40_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 431 ")
    begin = time.monotonic()
    assert not exchange(proxy, get).startswith(b"HTTP/1.1 200")  # the head never ends
    assert time.monotonic() - begin < 10
    # The web tier's own answer to a body that is too large, which it does not read.
    large = httpx.post(f"{proxy}/v1/sessions", content=b"x" * 200_000, headers={"Content-Type": "application/json"})
    assert (large.status_code, large.json()["code"]) == (413, "body_too_large")


async def test_an_event_stream_is_not_held_back(proxy: str, shop: Shop) -> None:
    customer = await shop.account()
    order = await shop.order(customer, await shop.product())
    async with listening(proxy, order, customer) as listener:
        assert (await listener.next())["type"] == "order.created"
        await shop.call("web_customer", "cancel_order", token=customer, order_id=order["id"])
        assert (await listener.next())["type"] == "order.cancelled"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_answers_to_get_are_compressed_and_their_tags_hold(proxy: str, shop: Shop, coding: str) -> None:
    path = f"/v1/products/{await shop.product()}"
    accept = {"Accept-Encoding": coding, "Authorization": f"Bearer {shop.merchant}"}
    async with httpx.AsyncClient(base_url=proxy, timeout=60, headers=accept) as client:
        assert (await client.patch(path, json={"description": "A lamp. " * 200})).status_code == 200
        async with client.stream("GET", path) as first:
            sent = b"".join([chunk async for chunk in first.aiter_raw()])
        assert first.headers["content-encoding"] == coding
        assert "accept-encoding" in first.headers["vary"].lower()
        assert len(sent) < 1500
        tag = first.headers["etag"]
        again = await client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        # An answer to a change is not compressed, and takes the tag that was read.
        async with client.stream("PATCH", path, json={"name": "Lamp 2"}, headers={"If-Match": tag}) as changed:
            assert changed.status_code == 200
            assert "content-encoding" not in changed.headers
        stale = await client.patch(path, json={"name": "Lamp 3"}, headers={"If-Match": tag})
        assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
