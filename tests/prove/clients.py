"""Clients as they should be, who remember what they were told.

Every effect has an Idempotency-Key. Whatever is not a definite answer (no connection, a time-out, 5xx, "still running")
is sent again with the same key, until there is one. So in the end it is known of everything that was asked whether it
was done, and what is in the database must be that: nothing less (lost), nothing more (doubled).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.gateways.stripe_server import Thing

PATIENCE = 20.0  # seconds; the web tier gives up after 15
CONNECTIONS = 8  # of one client


@dataclass
class Told:
    """What a client was told of something it asked for."""

    who: str
    what: str
    path: str
    body: Thing
    key: str
    token: str | None
    status: int
    answer: Any
    tries: int


@dataclass
class Book:
    """What all clients together know."""

    told: list[Told] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)  # how each attempt ended
    refusals: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)  # what should not have been answered
    slowest: float = 0.0

    def done(self, what: str | None = None) -> list[Told]:
        return [t for t in self.told if 200 <= t.status < 300 and what in (None, t.what)]


class Client:
    """One person with one connection pool, who does one thing at a time."""

    def __init__(self, name: str, url: str, book: Book, *, patience: float = PATIENCE) -> None:
        self.name = name
        self.url = url
        self.book = book
        limits = httpx.Limits(max_connections=CONNECTIONS)
        self.http = httpx.AsyncClient(timeout=httpx.Timeout(patience, pool=None), trust_env=False, limits=limits)
        self.count = 0

    async def close(self) -> None:
        await self.http.aclose()

    async def definite(
        self, method: str, path: str, *, token: str | None = None, key: str | None = None, early: str | None = None,
        **given: Any,
    ) -> tuple[httpx.Response, int]:  # fmt: skip
        """The first answer that says what is, however often it has to be asked for. Also how often that was. `early`: a
        code that says "later" and is an answer to this caller."""
        headers = dict(given.pop("headers", {}))
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        if key is not None:
            headers["idempotency-key"] = key
        where = path if path.startswith("http") else f"{self.url}/v1{path}"
        tries = 0
        pause = 0.05
        while True:
            tries += 1
            begin = time.monotonic()
            try:
                answer = await self.http.request(method, where, headers=headers, **given)
            except httpx.TransportError as error:
                self.book.tries[type(error).__name__] += 1
            else:
                code = code_of(answer)
                self.book.tries[f"{answer.status_code} {code}".strip()] += 1
                if code == "internal_error":
                    self.book.wrong.append(f"{method} {path}: 500 {answer.text[:200]}")
                if (answer.status_code < 500 or code in ("gateway_refused", early)) and code not in (
                    "idempotency_key_in_use", "too_many_attempts", "rate_limited",
                ):  # fmt: skip
                    return answer, tries
            finally:
                self.book.slowest = max(self.book.slowest, time.monotonic() - begin)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(1.0, pause * 2)

    async def do(self, what: str, path: str, body: Thing, *, token: str | None = None) -> Any | None:
        """One effect with one key, and the answer's document; None when it was refused."""
        self.count += 1
        key = f"{self.name}-{self.count}"
        answer, tries = await self.definite("POST", path, token=token, key=key, json=body)
        found = answer.json() if answer.content else None
        self.book.told.append(Told(self.name, what, path, body, key, token, answer.status_code, found, tries))
        if answer.is_success:
            return found
        self.book.refusals[f"{what}: {answer.status_code} {code_of(answer)}"] += 1
        return None

    async def read(self, path: str, *, token: str | None = None) -> Any | None:
        answer, _ = await self.definite("GET", path, token=token)
        return answer.json() if answer.is_success else None


def code_of(answer: httpx.Response) -> str:
    if answer.status_code < 400:
        return ""
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return ""
