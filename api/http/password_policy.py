"""Which passwords are refused: by length, as common ones, and as ones that an acquaintance would try first.

There are no rules about kinds of characters: they make passwords harder to remember and hardly harder to guess (NIST SP
800-63B, 3.1.1.2). The check is in the web tier because no password reaches the database in clear text; what it must not
contain comes from the database (api.get_password_words).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from api.http.errors import Problem
from api.postgres.functions import ANONYMOUS, Functions

SHORTEST, LONGEST = 8, 64  # characters
MOST_BYTES = 72  # in UTF-8: what bcrypt reads; longer ones are refused, not cut
DESCRIPTION = f"{SHORTEST} to {LONGEST} characters, not a common password, without your e-mail or the shop's name."


@cache
def common_passwords() -> frozenset[str]:
    """The common passwords, in lower case. The file says where they come from."""
    _, _, listed = files("api.http").joinpath("common_passwords.txt").read_text("utf-8").partition("\n\n")
    return frozenset(listed.splitlines())


def weaknesses(password: str, words: Sequence[str]) -> list[str]:
    """A sentence for each rule that the password breaks. `words`: what it must not contain, in lower case."""
    folded = password.casefold()
    joined = "".join(folded.split())
    rules = {
        f"It must have {SHORTEST} to {LONGEST} characters.": SHORTEST <= len(password) <= LONGEST,
        f"It must have at most {MOST_BYTES} bytes in UTF-8; some characters have up to four.": (
            len(password.encode("utf-8", "surrogatepass")) <= MOST_BYTES
        ),
        "It is one of the most common passwords.": folded not in common_passwords(),
        "It must not contain your e-mail or the shop's name.": not any(word in joined for word in words),
    }
    return [rule for rule, kept in rules.items() if not kept]


async def read_words(functions: Functions, request_id: str, **whose: Any) -> list[str]:
    """What a password must not contain. `whose`: email, or reset_token. Raises Problem mail_token_invalid."""
    words: list[str] = await functions.call("get_password_words", whose, request_id=request_id, caller=ANONYMOUS)
    return words


def check_policy(field: str, password: str, words: Sequence[str]) -> None:
    """Raises Problem password_weak, naming every broken rule and the `field` of the body."""
    if broken := weaknesses(password, words):
        raise Problem("password_weak", errors=[{"pointer": f"/{field}", "detail": rule} for rule in broken])
