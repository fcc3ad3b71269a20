"""Abuse by people who may be here: scripted attackers against a shop under honest load."""

from . import crooks, guesser, hoarder_and_flooder
from .gang import ATTACKERS, Attacker, Gang, Loot
from .run import Report, attack, notices, prove

__all__ = [
    "ATTACKERS",
    "Attacker",
    "Gang",
    "Loot",
    "Report",
    "attack",
    "crooks",
    "guesser",
    "hoarder_and_flooder",
    "notices",
    "prove",
]
