"""Guesses what gives access: passwords, tokens of mails, codes of gift cards, ids of orders."""

from __future__ import annotations

import uuid

from tests.prove.attacks import Cut

from .gang import PASSWORD, Gang, attacker, new_address

PER_ADDRESS = 10  # guesses at one account's password from one address within 15 minutes
NEIGHBOURS = 10


@attacker(
    "guesser: passwords, reset tokens, gift cards, orders",
    Cut("identity.count_attempt", "v_attempts > count_attempt.allowed", "false"),
    Cut(statement="CREATE POLICY cut_out ON sales.orders TO store_api USING (true)"),
)
async def guess(gang: Gang) -> None:
    await _guess_password(gang)
    await _guess_codes(gang)
    await _guess_orders(gang)


async def _guess_password(gang: Gang) -> None:
    """The right one is behind as many as may be tried; the owner logs in meanwhile from where they always do."""
    email, owner = f"{uuid.uuid4().hex}@example.com", new_address()
    made = await gang.sends("POST", "/accounts", owner, json={"email": email, "password": PASSWORD})
    assert made.status_code == 201, made.text
    words = [f"{PASSWORD}-{n}" for n in range(PER_ADDRESS)] + [PASSWORD]
    for _ in range(4 if gang.large else 1):
        address = new_address()
        for word in words:
            answer = await gang.sends("POST", "/sessions", address, json={"email": email, "password": word})
            if answer.status_code == 201:
                gang.loot.gain("sessions by guessing the password")
    answer = await gang.sends("POST", "/sessions", owner, json={"email": email, "password": PASSWORD})
    if answer.status_code != 201:
        gang.loot.gain("owners locked out")
    for _ in range(60 if gang.large else 15):
        body = {"token": uuid.uuid4().hex + uuid.uuid4().hex[:11], "new_password": PASSWORD}
        answer = await gang.sends("POST", "/password-resets/confirm", json=body)
        if answer.status_code < 300:
            gang.loot.gain("passwords reset by guessing the token")


async def _guess_codes(gang: Gang) -> None:
    house = gang.house
    issued = await house.does(await house.staff("support"), "issue_gift_card", amount=2500, currency="USD")
    thief, code = await house.person(), issued["code"]
    wrong = [code[:-2] + "".join(pair) for pair in zip("ACDEFGHJKM", "MKJHGFEDCA", strict=True)]
    for word in [*(w for w in wrong if w != code), code]:
        if (await gang.does(thief, "redeem_gift_card", code=word)).ok:
            gang.loot.gain("gift cards by guessing the code")
    for _ in range(2):  # one guess may have been the right one: then ten were wrong
        if (await gang.does(thief, "redeem_gift_card", code=code)).ok:
            gang.loot.gain("gift cards by guessing the code")


async def _guess_orders(gang: Gang) -> None:
    """The id of another's order, which ids are made of the time, and those next to it."""
    house = gang.house
    buyer, thief = await house.person(), await house.person()
    order = await house.order(buyer, (await house.product(), 1))
    known = uuid.UUID(order["id"]).int
    for number in (known, *(known + step for step in range(1, NEIGHBOURS))):
        for function in ("get_order", "list_payments", "cancel_order"):
            said = await gang.does(thief, function, order_id=str(uuid.UUID(int=number)))
            if said.ok:
                gang.loot.gain(f"{function} of another's order")
    mine = await gang.does(thief, "list_orders")
    gang.loot.gain("orders of others in a list", len(mine.data["data"]))
