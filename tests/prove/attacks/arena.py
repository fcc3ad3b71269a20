"""What has been done to other shops, done to this one: each attack many times, at a barrier, with random skew.

The families are those of Warszawski and Bailis, "ACIDRain: Concurrency-Related Attacks on Database-Backed Web
Applications" (SIGMOD 2017): an attack is *level-based* where two transactions interleave (lost update, phantom, write
skew), *scope-based* where what belongs together is several transactions (requests); its targets are inventory, vouchers
and carts. The rest are reports of other shops, by name.

An attack leaves what it found in `arena.found`: nothing, here. That it could find something is shown too: `cuts` break
the SQL in a database of its own (a lock, a constraint, the rounding), and then the attack must find it.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.concurrency.conftest import Job
from tests.prove.house import House, Person, Said


@dataclass(frozen=True)
class Cut:
    """Takes a safeguard out: a text in a routine (every place where it stands), or a statement."""

    routine: str = ""
    old: str = ""
    new: str = ""
    statement: str = ""

    async def make(self, admin: Any) -> None:
        if self.statement:
            await admin.execute(self.statement)
            return
        source = await admin.fetchval("SELECT pg_get_functiondef($1::regproc)", self.routine)
        pattern = r"\s+".join(map(re.escape, self.old.split()))  # however the lines are broken
        cut, places = re.subn(pattern, lambda _: self.new, source)
        assert places, f"{self.routine} no longer has: {self.old}"
        await admin.execute(cut)


@dataclass
class Arena:
    house: House
    door: str
    chance: random.Random
    found: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    async def at_once(self, *jobs: Job) -> list[Said]:
        skew = self.chance.choice((0.0, 0.0, 0.001, 0.004))
        given = list(jobs)
        places = list(range(len(given)))
        self.chance.shuffle(places)  # who is first on the wire is nobody's privilege
        said = await self.house.at_once(self.door, *(given[n] for n in places), skew=skew, chance=self.chance)
        answers = [answer for _, answer in sorted(zip(places, said, strict=True), key=lambda pair: pair[0])]
        for answer in answers:
            self.answers[answer.code] += 1
            if (
                answer.status >= 500
                or answer.code in ("40P01", "40001", "deadlock_detected")
                or answer.code[:2] == "XX"
            ):
                self.found.append(f"an answer of {answer.code} ({answer.status})")
        return answers

    def expect(self, what: str, seen: object, wanted: object) -> None:
        if seen != wanted:
            self.found.append(f"{what}: {seen}, not {wanted}")


@dataclass(frozen=True)
class Attack:
    name: str
    family: str
    run: Callable[[Arena], Awaitable[None]]
    cuts: tuple[Cut, ...] = ()
    doors: tuple[str, ...] = ("sql", "http")


ATTACKS: list[Attack] = []


def attack(name: str, family: str, *cuts: Cut, doors: tuple[str, ...] = ("sql", "http")) -> Callable[..., Any]:
    def add(run: Callable[[Arena], Awaitable[None]]) -> Callable[[Arena], Awaitable[None]]:
        ATTACKS.append(Attack(name, family, run, cuts, doors))
        return run

    return add


def orders(buyer: Person, *lines: tuple[str, int], bundles: tuple[str, ...] = (), **more: Any) -> Job:
    items: list[dict[str, Any]] = [{"product_id": product, "quantity": quantity} for product, quantity in lines]
    items += [{"bundle_id": bundle, "quantity": 1} for bundle in bundles]
    return buyer.job("create_order", items=items, **more)


async def crowd_of(house: House, number: int) -> list[Person]:
    """Buyers who are kept from round to round: signing up is not what is attacked."""
    while len([name for name in house.people if name.startswith("buyer")]) < number:
        house.people[f"buyer {len(house.people)}"] = await house.person()
    return [person for name, person in house.people.items() if name.startswith("buyer")][:number]
