"""Runs the attackers against a shop under honest load, and against one without its protections."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.prove.house import House, enter, web_tier
from tests.support.cluster import Cluster

from .gang import ATTACKERS, ENVIRONMENT, Attacker, Gang, Loot
from .load import Times, open_doors, shop_while

# A shop in use: limits, and a gateway that takes real money.
DEFAULTS = """
    UPDATE sales.settings SET max_unpaid_orders = DEFAULT, max_units_on_hold = DEFAULT;
    UPDATE payments.providers SET test_only = false WHERE name = 'mock'
"""


@dataclass
class Report:
    """What attackers gained, what others lost."""

    loot: dict[str, Loot] = field(default_factory=dict)
    before: Times = field(default_factory=Times)
    during: Times = field(default_factory=Times)
    broken: list[str] = field(default_factory=list)

    @property
    def tries(self) -> int:
        return sum(loot.tries for loot in self.loot.values())

    @property
    def found(self) -> list[str]:
        gained = [f"{name} gained {what}" for name, loot in self.loot.items() for what in loot.gained]
        lost = [f"lost before: {what}" for what in self.before.lost]
        lost += [f"lost during: {what}" for what in self.during.lost]
        return gained + lost + self.broken

    def notes(self) -> dict[str, Any]:
        """The figures, for programs."""
        phases = {"before": self.before, "during": self.during}
        others = {
            name: {
                "requests": len(t.seconds),
                "lost": len(t.lost),
                "p50_ms": t.quantile(0.5),
                "p95_ms": t.quantile(0.95),
            }
            for name, t in phases.items()
        }
        gained = {
            name: {"tries": loot.tries, "gained": loot.gained, "answers": dict(loot.answers)}
            for name, loot in self.loot.items()
        }
        return {"attackers": gained, "others": others}

    def lines(self) -> list[str]:
        """What was gained and lost, in words."""
        said = []
        for name, loot in self.loot.items():
            allowed = f" ({loot.within})" if loot.within else ""
            said.append(f"  {name}: {loot.tries} tries, gained {len(loot.gained)}{allowed}")
        for phase, times in (("before", self.before), ("during", self.during)):
            said.append(
                f"  others {phase}: {len(times.seconds)} requests, {len(times.lost)} lost; "
                f"half within {times.quantile(0.5):.0f} ms, 95 % within {times.quantile(0.95):.0f} ms"
            )
        return said


async def attack(house: House, attackers: Sequence[Attacker], customers: int, seconds: float, *, large: bool) -> Report:
    """Honest load alone, then with all attackers at once."""
    report, gangs = Report(), {one.name: Gang(house, large) for one in attackers}
    await house.admin.execute(DEFAULTS)
    await house.staff("merchant")  # made once: attackers and customers ask for them at the same time
    await house.staff("support")
    visitors = await open_doors(house, customers)
    report.before = await shop_while(visitors, seconds)
    report.during = await shop_while(visitors, seconds, *(one.run(gangs[one.name]) for one in attackers))
    report.loot = {name: gang.loot for name, gang in gangs.items()}
    report.broken = await house.broken()
    return report


async def prove(cluster: Cluster, folder: Path, customers: int, seconds: float, seed: int, *, large: bool) -> Report:
    """All attackers, in an order of this seed, on a shop of their own."""
    access = cluster.clone("abuse")
    attackers = random.Random(seed).sample(ATTACKERS, len(ATTACKERS))
    with web_tier(access, folder, **ENVIRONMENT) as url:
        async with enter(access, url) as house:
            return await attack(house, attackers, customers, seconds, large=large)


async def notices(cluster: Cluster, folder: Path, attackers: Sequence[Attacker] = ()) -> dict[str, list[str]]:
    """What each of them gains on a shop without the protections that keep them from it."""
    access = cluster.clone("abuse_cut")
    try:
        with web_tier(access, folder, 1, **ENVIRONMENT) as url:
            async with enter(access, url) as house:
                await house.admin.execute(DEFAULTS)
                for one in attackers or ATTACKERS:
                    for cut in one.cuts:
                        await cut.make(house.admin)
                await house.staff("merchant")
                await house.staff("support")
                gangs = {one.name: Gang(house, large=False) for one in attackers or ATTACKERS}
                await asyncio.gather(*(one.run(gangs[one.name]) for one in attackers or ATTACKERS))
                return {name: gang.loot.gained for name, gang in gangs.items()}
    finally:
        cluster.drop("abuse_cut")
