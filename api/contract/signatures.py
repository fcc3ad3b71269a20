"""What a function of schema api looks like from outside: its parameters, its result, who may call it.

A function's parameters are the fields of the request, their DEFAULTs say what is optional, domains carry the limits,
the composite it returns is the response, its COMMENT the documentation. None of it is declared again in Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

AUDIENCES = ("anonymous", "guest", "customer", "merchant", "support", "admin", "gateway", "worker")
PEOPLE = ("anonymous", "guest", "customer", "merchant", "support", "admin")
# Parameters that the web tier fills in; clients do not see them. Their types are part of the convention.
HIDDEN = {
    "if_match": "bigint",
    "given": "text[]",
    "client_address": "text",
    "user_agent": "text",
    "public_url": "text",
    "device_token": "text",
}


class ContractError(Exception):
    """The database and the routes do not match. `misfits` has one sentence for each mismatch."""

    def __init__(self, misfits: Iterable[str]) -> None:
        self.misfits = list(misfits)
        super().__init__("the api schema and the routes do not match:\n" + "\n".join(f"  - {m}" for m in self.misfits))


@dataclass(frozen=True)
class Attribute:
    """One attribute of a composite type. `optional`: a client may leave it out of a request."""

    name: str
    type: str
    optional: bool
    comment: str

    @property
    def nullable(self) -> bool:
        """Whether it can be null in a response: its comment has a sentence that begins with Null and says when."""
        return self.name == "next_cursor" or re.search(r"(?:^|[.:;]\s)Null\b", self.comment) is not None


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function. `default` is the SQL expression of its DEFAULT."""

    name: str
    type: str
    default: str | None

    @property
    def hidden(self) -> bool:
        """Whether the web tier fills it in."""
        return self.name in HIDDEN

    @property
    def required(self) -> bool:
        """Whether a client must send it."""
        return self.default is None


@dataclass(frozen=True)
class Function:
    """One function of schema api. `scope`: what an API key needs to call it; empty where keys are refused."""

    name: str
    parameters: Mapping[str, Parameter]
    returns: str
    stable: bool
    summary: str
    description: str
    audiences: frozenset[str]
    scope: str = ""

    @property
    def void(self) -> bool:
        """Whether it returns nothing (204)."""
        return self.returns == "void"

    @property
    def visible(self) -> tuple[Parameter, ...]:
        """The parameters that a client sends."""
        return tuple(p for p in self.parameters.values() if not p.hidden)

    @property
    def service(self) -> bool:
        """Whether it is granted to the shop's own services only."""
        return bool(self.audiences) and not self.audiences & set(PEOPLE)

    @property
    def audience(self) -> str:
        """The least privileged audience that may call it; empty for services."""
        return next((a for a in PEOPLE if a in self.audiences), "")
