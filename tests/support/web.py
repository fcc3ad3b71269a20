"""The real web tier as a process, and an HTTP client for it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from api.cli.processes import listen
from db.server.access import Access
from db.server.processes import die_with_parent
from tests.support.answers import load_answers
from tests.support.cluster import ROOT
from tests.support.connections import as_text
from tests.support.forks import PASSWORD_COST, Forked, can_fork, forks

ROOT_PATHS = ("/v1", "/health", "/metrics", "/openapi.json", "/docs", "/mock")


class WebServer:
    """`storeproc web` as a process on a socket of ours, so that no other process can take its port in between.

    `password_cost`: of the passwords that it hashes; the product's is for tests in which the time counts.
    """

    def __init__(
        self, access: Access, environment: dict[str, str], folder: Path, *, password_cost: int = PASSWORD_COST
    ) -> None:
        self.listener: socket.socket = listen("127.0.0.1", 0)
        self.listener.listen(1024)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = folder / "web.log"
        self.environment = {
            **os.environ,
            "DATABASE_URL": access.public_url(),
            "STOREPROC_SECRET": access.secret,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "STOREPROC_DATA": str(folder),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.password_cost = password_cost
        self.process: subprocess.Popen[bytes] | Forked | None = None

    def start(self) -> None:
        with self.log_file.open("ab") as log:
            self.process = self._fork(log) if can_fork(self.environment) else self._spawn(log)
        deadline = time.monotonic() + 60
        answer = ""
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail(f"the web tier does not start:\n{self.log()[-4000:]}")
            try:
                with urllib.request.urlopen(self.url + "/health/ready", timeout=5):
                    return
            except urllib.error.HTTPError as error:
                answer = error.read().decode()
            except OSError as error:
                answer = str(error)
            time.sleep(0.02)
        self.stop()
        pytest.fail(f"the web tier does not become ready: {answer}\n{self.log()[-4000:]}")

    def _fork(self, log: IO[bytes]) -> Forked:
        with Path(os.devnull).open("rb") as nothing:
            return forks.fork(
                ["web"],
                self.environment,
                (nothing, log, log),
                listener=self.listener,
                password_cost=self.password_cost,
            )

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "api.cli", "web", "--fd", str(self.listener.fileno())],
            cwd=ROOT,
            env=self.environment,
            pass_fds=[self.listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    async def log_of(self, request_id: str, count: int = 1) -> list[dict[str, Any]]:
        """The log lines of a request, once there are `count`. The last one is written after the response."""
        for _ in range(200):
            lines = [json.loads(line) for line in self.log().splitlines() if request_id in line and line[0] == "{"]
            found: list[dict[str, Any]] = [line for line in lines if line.get("request_id") == request_id]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.05)
        pytest.fail(f"the log has not {count} lines of {request_id}")


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, access: Access, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebServer]:
    environment: dict[str, str] = dict(getattr(request.module, "SERVER_ENVIRONMENT", {}))
    for gateway in getattr(request.module, "GATEWAYS", ()):
        environment |= request.getfixturevalue(gateway).environment
    web = WebServer(
        access,
        environment,
        tmp_path_factory.mktemp("web"),
        password_cost=getattr(request.module, "PASSWORD_COST", PASSWORD_COST),
    )
    with web_running(web):
        yield web


@contextmanager
def web_running(web: WebServer) -> Iterator[WebServer]:
    """Starts a web tier, and stops it at the end."""
    try:
        web.start()
        yield web
    finally:
        web.stop()
        web.listener.close()


class Client:
    """An HTTP client that compares each answer with the OpenAPI document (see tests/support/answers.py).

    `described`: whether it does; not where the server is of another version.
    """

    def __init__(self, url: str, *, described: bool = True) -> None:
        self.url = url
        self.answers = load_answers() if described else None
        # Answers are checked one by one: a cookie or a redirect that is followed would hide what was sent.
        self.http = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=200))
        self.http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))

    async def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        key: str | None = None,
        if_match: object = None,
        base: str | None = None,
        headers: dict[str, str] | None = None,
        **keywords: Any,
    ) -> httpx.Response:
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if key is not None:
            sent["Idempotency-Key"] = key
        if if_match is not None:
            sent["If-Match"] = f'"{if_match}"'
        if cookies := keywords.pop("cookies", None):
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if "json" in keywords:
            keywords["content"] = json.dumps(keywords.pop("json"), default=as_text)
            sent.setdefault("Content-Type", "application/json")
        where = (
            path
            if path.startswith(("http://", "https://"))
            else (base or self.url) + (path if path.startswith(ROOT_PATHS) else "/v1" + path)
        )
        answer = await self.http.request(method, where, headers=sent, **keywords)
        if self.answers is not None:
            self._compare(answer)
        return answer

    def _compare(self, answer: httpx.Response) -> None:
        assert self.answers is not None
        url, kind = answer.request.url, answer.headers.get("content-type", "")
        found = self.answers.complaints(answer.request.method, url.path, answer.status_code, kind, answer.content)
        if found:
            pytest.fail("not as /openapi.json says: " + "; ".join(found[:5]))

    async def get(self, path: str, **keywords: Any) -> httpx.Response:
        return await self.request("GET", path, **keywords)

    async def post(self, path: str, **keywords: Any) -> httpx.Response:
        return await self.request("POST", path, **keywords)

    async def put(self, path: str, **keywords: Any) -> httpx.Response:
        return await self.request("PUT", path, **keywords)

    async def patch(self, path: str, **keywords: Any) -> httpx.Response:
        return await self.request("PATCH", path, **keywords)

    async def delete(self, path: str, **keywords: Any) -> httpx.Response:
        return await self.request("DELETE", path, **keywords)


@pytest.fixture(scope="module")
async def client(anyio_backend: str, server: WebServer) -> AsyncIterator[Client]:
    client = Client(server.url)
    yield client
    await client.http.aclose()
