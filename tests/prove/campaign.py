"""Runs the attacks, and runs them again on a shop whose safeguards were cut out: what cannot fail proves nothing."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import asyncpg

from tests.prove.attacks import ATTACKS, Arena, Attack
from tests.prove.house import House, enter
from tests.support.cluster import Cluster


@dataclass
class Verdict:
    attack: Attack
    door: str
    rounds: int
    answers: int
    found: list[str]
    seconds: float
    refusals: dict[str, int]


async def strike(house: House, attack: Attack, door: str, rounds: int, seed: int) -> Verdict:
    """One attack through one door, again and again; then every invariant."""
    arena, began, deadlocks = (
        Arena(house, door, random.Random(f"{seed} {attack.name}")),
        time.monotonic(),
        await house.deadlocks(),
    )
    done = 0
    while done < rounds:
        done += 1
        try:
            await attack.run(arena)
        except (AssertionError, asyncpg.PostgresError, OSError) as error:
            arena.found.append(f"{error!r} at {traceback.extract_tb(error.__traceback__)[-1]}"[:300])
            break
    arena.found += await house.broken()
    if more := await house.deadlocks() - deadlocks:
        arena.found.append(f"{more} deadlocks")
    refusals = {code: n for code, n in arena.answers.items() if code != "ok"}
    return Verdict(
        attack,
        door,
        done,
        sum(arena.answers.values()),
        list(dict.fromkeys(arena.found)),
        time.monotonic() - began,
        refusals,
    )


async def campaign(
    house: House, rounds: int, seed: int, say: Callable[[Verdict], None], attacks: Sequence[Attack] = ()
) -> list[Verdict]:
    verdicts = []
    for attack in attacks or ATTACKS:
        for door in attack.doors:
            if door == "http" and house.client is None:
                continue
            verdicts.append(await strike(house, attack, door, rounds, seed))
            say(verdicts[-1])
    return verdicts


@dataclass
class Sabotage:
    attack: Attack
    noticed: bool
    rounds: int
    found: str


async def sabotage(cluster: Cluster, attack: Attack, rounds: int, seed: int) -> Sabotage:
    """The attack on a shop without these safeguards. It is given `rounds` tries to notice."""
    name = f"cut_{attack.name.translate({ord(c): '_' for c in ' ,'})}"
    access = cluster.clone(name)
    try:
        async with enter(access) as house:
            for cut in attack.cuts:
                await cut.make(house.admin)
            arena = Arena(house, "sql", random.Random(seed))
            for done in range(1, rounds + 1):
                try:
                    await attack.run(arena)
                except AssertionError as error:
                    arena.found.append(str(error))
                if arena.found:
                    return Sabotage(attack, True, done, arena.found[0])
            broken = await house.broken()
            return Sabotage(attack, bool(broken), rounds, broken[0] if broken else "")
    finally:
        cluster.drop(name)
