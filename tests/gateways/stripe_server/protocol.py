"""Requests, answers, refusals, and what goes wrong between them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Thing = dict[str, Any]  # an object of Stripe's

Kind = Literal[
    "lost_request",  # the connection ends before anything is done
    "lost_answer",  # the work is done, the connection ends in the answer
    "delay",  # the work waits `seconds`; its idempotency key is in use meanwhile
    "meanwhile",  # `act` comes before the work
    "error",  # 500
    "rate_limit",  # 429
    "lock_timeout",  # 429: another request has the object
    "key_in_use",  # 409
    "forbidden",  # 403: a restricted key without this right
    "garbage",  # 200, and not JSON: a proxy
]


@dataclass
class Trouble:
    """What goes wrong with the next `times` requests that have `on` in their method and path."""

    kind: Kind | None
    times: int = 1
    on: str = ""
    seconds: float = 0.0
    act: Callable[[], object] | None = None


class Refusal(Exception):
    """Stripe's error object."""

    def __init__(self, status: int, message: str, *, code: str = "", param: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        said = {"message": message, "type": kind or "invalid_request_error", "code": code, "param": param}
        self.error = {name: value for name, value in said.items() if value}


@dataclass
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    params: Thing
    status: int = 0

    @property
    def key(self) -> str | None:
        return self.headers.get("idempotency-key")


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Kept:
    """An idempotency key: what was asked with it, and the answer when there is one."""

    method: str
    path: str
    params: Thing
    answer: Answer | None = None


def refuse(refusal: Refusal, headers: dict[str, str] | None = None) -> Answer:
    return Answer(refusal.status, json.dumps({"error": refusal.error}, indent=2).encode(), headers or {})


def in_use() -> Refusal:
    return Refusal(409, "There is currently another in-progress request using this Idempotent Key.",
                   code="idempotency_key_in_use", kind="idempotency_error")  # fmt: skip


def masked(key: str) -> str:
    return key[:8] + "*" * max(0, len(key) - 12) + key[-4:]
