"""What attackers share: the shop's HTTP door from an address of their own, and the account of what they gained.

Clients come from addresses of their own, as behind a proxy: the web tier trusts X-Forwarded-For of 127.0.0.1 here, so
the limits per address hold, as they would not for loopback addresses.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.prove.attacks import Cut
from tests.prove.house import House, Person, Said, paid

ENVIRONMENT = {"RATE_LIMIT": "6000", "TRUSTED_PROXIES": "127.0.0.1"}
PASSWORD = "Corporal-Lentil-47-Bridge"
_addresses = itertools.count(1)


def new_address() -> str:
    number = next(_addresses)
    return f"198.18.{number // 250}.{number % 250 + 1}"  # RFC 2544: nobody's


@dataclass
class Loot:
    """What one attacker tried, and what they have that is not theirs."""

    tries: int = 0
    gained: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    within: str = ""
    """What the rules allow them, for comparison."""

    def gain(self, what: str, amount: int = 1) -> None:
        if amount > 0:
            self.gained.append(f"{what}: {amount}")


@dataclass
class Gang:
    """The shop as one attacker sees it."""

    house: House
    large: bool
    address: str = field(default_factory=new_address)
    loot: Loot = field(default_factory=Loot)

    async def does(self, person: Person, function: str, /, **arguments: Any) -> Said:
        """One call over HTTP; whatever comes of it."""
        said = await self.house.over_http(person.job(function, **arguments), headers={"X-Forwarded-For": self.address})
        self.count(said.code)
        return said

    async def sends(self, method: str, path: str, address: str = "", **more: Any) -> httpx.Response:
        assert self.house.client is not None
        headers = {"X-Forwarded-For": address or self.address, **more.pop("headers", {})}
        response = await self.house.client.request(method, path, headers=headers, **more)
        self.count(str(response.status_code))
        return response

    def count(self, code: str) -> None:
        self.loot.tries += 1
        self.loot.answers[code] += 1

    async def deposits(self, person: Person, amount: int) -> dict[str, Any]:
        """Money through the gateway; the payment."""
        begun = await self.does(person, "begin_deposit", amount=amount, currency="USD", provider="mock")
        assert begun.ok, begun
        payment: dict[str, Any] = begun.data["payment"]
        told = await self.house.tell(paid(payment))
        assert told.ok, told
        return payment

    async def could_take(self, *people: Person) -> int:
        """What these people can take out of the shop, or have asked to be paid: a debt that is left behind is none."""
        rows = await self.house.admin.fetch(
            """
            SELECT sum(CASE WHEN t.credit_account = a.id THEN t.amount ELSE -t.amount END)::bigint - a.held AS free
            FROM ledger.accounts AS a JOIN ledger.transfers AS t ON a.id IN (t.credit_account, t.debit_account)
            WHERE a.owner_id = ANY ($1::text[]::uuid[]) AND t.phase IN ('posted', 'post')
            GROUP BY a.id
            """,
            [person.id for person in people],
        )
        asked = await self.house.admin.fetchval(
            "SELECT coalesce(sum(amount), 0)::bigint FROM payments.payouts "
            "WHERE account_id = ANY ($1::text[]::uuid[]) AND status <> 'failed'",
            [person.id for person in people],
        )
        return int(asked) + sum(max(0, row["free"]) for row in rows)


@dataclass(frozen=True)
class Attacker:
    name: str
    run: Callable[[Gang], Awaitable[None]]
    cuts: tuple[Cut, ...]
    """The protections without which they gain something."""


ATTACKERS: list[Attacker] = []


def attacker(name: str, *cuts: Cut) -> Callable[..., Any]:
    def add(run: Callable[[Gang], Awaitable[None]]) -> Callable[[Gang], Awaitable[None]]:
        ATTACKERS.append(Attacker(name, run, cuts))
        return run

    return add
