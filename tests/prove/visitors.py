"""Who visits the busy shop: browsers, schemathesis, and what it invented, sent again and damaged."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .shoppers import Shop
from .stand import Stand

TIMEOUT = 15.0  # seconds: the web tier's request_timeout
PAUSE = 0.02  # seconds between two pages of a browser: what is kept of the catalogue would be most of the hour else
EXCLUDED = (  # would log the fuzzer out
    "/v1/sessions/current", "/v1/account/password", "/v1/account", "/v1/account/sessions",
    "/v1/account/sessions/{session_id}",
)  # fmt: skip
DROPPED = frozenset(("connection", "content-length", "host", "transfer-encoding", "accept-encoding"))
DAMAGE = (b"", b"0", b"-", b"[", b"}", b'"', b"null", b"1e999", b"\\u0000", b"\xff", b"9" * 40)


class Visitor(ABC):
    """Asks on one connection after the other, with as little of a client as HTTP/1.1 needs."""

    def __init__(self, stand: Stand, chance: random.Random) -> None:
        self.stand = stand
        self.chance = chance
        self.done = 0

    async def visit_until(self, end: asyncio.Event) -> None:
        while not end.is_set():
            with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
                await self._visit(end)

    async def _visit(self, end: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.stand.port)
        try:
            for _ in range(200):
                if end.is_set() or not await self._ask(reader, writer):
                    return
        finally:
            writer.close()

    @abstractmethod
    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request. Answers whether another may follow on this connection."""


class Browser(Visitor):
    """Reads, and sends junk."""

    def __init__(self, stand: Stand, shop: Shop, token: str, chance: random.Random) -> None:
        super().__init__(stand, chance)
        self.shop = shop
        self.token = token

    def _next(self) -> tuple[str, bool]:
        product = self.chance.choice(self.shop.products)
        return self.chance.choice((
            ("/v1/products?limit=20", False), (f"/v1/products/{product}", False), (f"/v1/products/{product}", False),
            (f"/v1/products?q={self.chance.choice(('lamp', 'coffee', 'tent', 'xyzzy', 'note'))}", False),
            (f"/v1/products?min_price={100 * self.chance.randint(1, 60)}&currency=USD&sort=price", False),
            (f"/v1/products/{product}/prices", False), ("/v1/categories", False), ("/v1/shipping-methods", False),
            ("/v1/cart", True), ("/v1/orders?limit=10", True), ("/v1/wallet", True), ("/v1/account", True),
            ("/openapi.json", False), ("/v1/nowhere", False),
        ))  # fmt: skip

    def _junk(self) -> bytes:
        path = self.chance.choice(
            ("/orders", "/cart/items", "/wallet/deposits", "/sessions", "/webhooks/stripe", "/a/b")
        )
        body: bytes = self.chance.choice((
            b"", b"{", b"[]", b"null", b'{"items": 7}', b'{"items": [{"product_id": "x", "quantity": 1e999}]}',
            b'{"amount": -1, "currency": "\\u0000", "provider": []}', b"[" * 900, b'{"email": "' + b"a" * 9000 + b'"}',
            self.chance.randbytes(200),
        ))  # fmt: skip
        head = f"POST /v1{path} HTTP/1.1\r\nhost: shop\r\nauthorization: Bearer {self.token}\r\n"
        return f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if self.chance.random() < 0.1:
            writer.write(self._junk())
        else:
            path, known = self._next()
            who = f"authorization: Bearer {self.token}\r\n" if known else ""
            writer.write(f"GET {path} HTTP/1.1\r\nhost: shop\r\n{who}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        await reader.readexactly(int(length.split(b":")[1]))
        self.done += 1
        await asyncio.sleep(PAUSE)
        return True


async def schemathesis(
    stand: Stand, token: str, seed: int, examples: int, end: asyncio.Event, record: Path | None = None
) -> None:
    """Once through all operations, unless the end comes first."""
    excluded = [part for path in EXCLUDED for part in ("--exclude-path", path)]
    archive = ["--report", "har", "--report-har-path", str(record), "--output-sanitize", "false"] if record else []
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{stand.direct}/openapi.json",
        "--url", stand.direct, "--header", f"Authorization: Bearer {token}",
        "--checks", "not_a_server_error", "--max-examples", str(examples), "--phases", "examples,coverage,fuzzing",
        "--workers", "1", "--request-timeout", "20", "--seed", str(seed),
        "--generation-database", "none", "--no-color", *excluded, *archive,
        cwd=stand.folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    ended = asyncio.create_task(process.wait())
    over = asyncio.create_task(end.wait())
    try:
        await asyncio.wait({ended, over}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        over.cancel()
        with suppress(ProcessLookupError):
            process.terminate()
        await ended


async def invent(stand: Stand, token: str, seed: int, examples: int) -> list[Recorded]:
    """What schemathesis sends as one caller."""
    file = stand.folder / f"{seed}.har"
    await schemathesis(stand, token, seed, examples, asyncio.Event(), file)
    entries = json.loads(await asyncio.to_thread(file.read_bytes))["log"]["entries"]
    file.unlink()
    return [made for entry in entries if (made := Recorded.read(entry["request"])) is not None]


async def fuzz_until(end: asyncio.Event, stand: Stand, tokens: dict[str, str], seed: int, examples: int) -> None:
    """schemathesis, as one role after the other."""
    while not end.is_set():
        for token in tokens.values():
            seed += 1
            if not end.is_set():
                await schemathesis(stand, token, seed, examples, end)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request that schemathesis sent, ready to be sent again."""

    head: bytes
    body: bytes

    @classmethod
    def read(cls, request: dict[str, Any]) -> Recorded | None:
        _, _, address = request["url"].partition("://")
        path = "/" + address.partition("/")[2]
        lines = [f"{request['method']} {path} HTTP/1.1", "host: shop"]
        lines += [f"{h['name']}: {h['value']}" for h in request["headers"] if h["name"].lower() not in DROPPED]
        try:
            head = "\r\n".join(lines).encode("latin-1")
            body = request.get("postData", {}).get("text", "").encode()
        except UnicodeEncodeError:
            return None
        return cls(head, body)

    def write(self, chance: random.Random) -> bytes:
        body = self.body
        if body and chance.random() < 0.25:
            at = chance.randrange(len(body))
            body = body[:at] + chance.choice(DAMAGE) + body[at + chance.randrange(3) :]
        return b"%s\r\ncontent-length: %d\r\n\r\n%s" % (self.head, len(body), body)


class Fuzzer(Visitor):
    """Sends what was invented, in any order."""

    def __init__(self, stand: Stand, invented: list[Recorded], chance: random.Random) -> None:
        super().__init__(stand, chance)
        self.invented = invented

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = self.chance.choice(self.invented)
        writer.write(request.write(self.chance))
        async with asyncio.timeout(2 * TIMEOUT):
            head = await reader.readuntil(b"\r\n\r\n")
            self.done += 1
            status, *lines = head.lower().split(b"\r\n")
            length = next((line for line in lines if line.startswith(b"content-length:")), None)
            if request.head.startswith(b"HEAD ") or status.split()[1] in (b"204", b"304"):
                return True
            if length is None:
                return False  # a stream: it would go on until we leave
            await reader.readexactly(int(length.split(b":")[1]))
        return b"connection: close" not in lines
