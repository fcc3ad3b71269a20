"""Those who take money: a buyer and a merchant who work together, a card thief, a dishonest member of staff."""

from __future__ import annotations

import asyncio

from tests.prove.attacks import Cut
from tests.prove.house import Person, paid

from .gang import Gang, attacker

PRICE, DEPOSIT = 5_000, 10_000
LIMIT = 50_000  # ledger.limits_of: credit above it needs a second person
PER_STAFF = 5  # sales.settings: so many limits a day by one member of staff
HUGE = 900_000


@attacker(
    "colluding buyer and merchant",
    Cut(
        "payments.request_payout",
        "SELECT e.available INTO STRICT v_free",
        "SELECT e.balance - e.held INTO STRICT v_free",
    ),
)
async def collude(gang: Gang) -> None:
    """Deposit, buy from the own merchant, be paid out, cancel: the money must not be there twice."""
    house = gang.house
    buyer, merchant = await house.person(), await house.person("merchant")
    put_in = 0
    for turn in range(6 if gang.large else 2):
        await gang.deposits(buyer, DEPOSIT)
        put_in += DEPOSIT
        made = await gang.does(
            merchant, "create_product", name="Air", description="", sku=f"AIR-{merchant.id[-8:]}-{turn}", price=PRICE,
            currency="USD", stock=10,
        )  # fmt: skip
        items = [{"product_id": made.data["id"], "quantity": 1}]
        order = await gang.does(buyer, "create_order", items=items)
        paid = await gang.does(buyer, "begin_payment", order_id=order.data["id"], provider="wallet")
        assert paid.ok, paid
        payout = {"amount": PRICE * 8 // 10, "currency": "USD"}  # what the shop's commission leaves
        if turn % 2:  # one after the other, or both at once
            await asyncio.gather(
                gang.does(merchant, "request_payout", **payout),
                gang.does(buyer, "cancel_order", order_id=order.data["id"]),
            )
        else:
            await gang.does(merchant, "request_payout", **payout)
            await gang.does(buyer, "cancel_order", order_id=order.data["id"])
        await gang.does(merchant, "request_payout", **payout)
    await gang.does(buyer, "request_withdrawal", amount=DEPOSIT, currency="USD")
    gang.loot.gain("taken above what was put in", await gang.could_take(buyer, merchant) - put_in)
    gang.loot.within = f"{put_in / 100:,.2f} put in"


@attacker(
    "card thief",
    Cut("payments.request_payout", "IF request_payout.amount > v_free - v_fresh.amount THEN", "IF false THEN"),
)
async def steal_cards(gang: Gang) -> None:
    """Deposit by stolen cards, withdraw before their owners dispute it."""
    thief = await gang.house.person()
    cards = [await gang.deposits(thief, DEPOSIT) for _ in range(4 if gang.large else 2)]
    for amount in (DEPOSIT * len(cards), DEPOSIT, DEPOSIT // 2, 1_000):
        one = {"amount": amount, "currency": "USD"}
        await asyncio.gather(*(gang.does(thief, "request_withdrawal", **one) for _ in range(3)))
    for n, payment in enumerate(cards):
        told = await gang.house.tell(
            paid(
                payment, "dispute", f"{payment['id']}:{n}", dispute_status="lost", failure_code="fraudulent",
                case_reference=f"dp_{payment['id']}", occurred_at="2026-01-01T00:00:00Z",
                movements=[{"reference": "txn", "amount": -DEPOSIT}],
            )
        )  # fmt: skip
        assert told.ok, told
    gang.loot.gain("withdrawn of disputed money", await gang.could_take(thief))


@attacker(
    "dishonest support",
    Cut("identity.refuse_own_account", "refuse_own_account.account_id = identity.current_actor()", "false"),
    Cut(
        "ledger.needs_second_person",
        "IF needs_second_person.amount > v_limit THEN RETURN true;",
        "IF true THEN RETURN false;",
    ),
)
async def embezzle(gang: Gang) -> None:
    """The own account, ten grants of exactly the limit, gift cards and a deposit of the second account."""
    house = gang.house
    crook, second = await house.person("support"), await house.person()
    grants = 10
    for person in (crook, second):
        for _ in range(grants if person is second else 2):
            change = {"account_id": person.id, "amount": LIMIT, "currency": "USD", "reason": "sorry"}
            said = await gang.does(crook, "grant_credit", **change)
            if said.ok and said.data["status"] == "pending":
                await gang.does(crook, "decide_credit_change", change_id=said.data["id"], decision="approve")
    await _cards(gang, crook, second)
    for person in (crook, second):
        begun = await gang.does(person, "begin_deposit", amount=HUGE, currency="USD", provider="bank_transfer")
        if begun.ok:
            await gang.does(crook, "confirm_payment", payment_id=begun.data["payment"]["id"])
    gang.loot.gain("on the own account", await gang.could_take(crook))
    allowed, given = LIMIT * PER_STAFF, await gang.could_take(second)
    gang.loot.gain("given alone above a day's limits", given - allowed)
    gang.loot.within = f"{given / 100:,.2f} given alone, {allowed / 100:,.2f} allowed"


async def _cards(gang: Gang, crook: Person, second: Person) -> None:
    for _ in range(10):
        card = await gang.does(crook, "issue_gift_card", amount=LIMIT, currency="USD")
        if card.ok:
            for person in (crook, second):
                await gang.does(person, "redeem_gift_card", code=card.data["code"])
