"""Gift cards: a code that is shown once, kept nowhere, and is money once."""

from __future__ import annotations

import hashlib
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.concurrency.conftest import Crowd, codes
from tests.ledger.conftest import Bank, Person
from tests.support.connections import refused

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


async def issue(bank: Bank, support: Person, amount: int = 2500, **changes: Any) -> dict[str, Any]:
    card: dict[str, Any] = await bank.does(
        support, "issue_gift_card", **({"amount": amount, "currency": "USD"} | changes)
    )
    return card


async def test_a_code_is_shown_once_and_only_its_hash_is_kept(bank: Bank, support: Person) -> None:
    cards, before = await bank.platform("gift_cards"), await bank.platform("grants")
    card = await issue(bank, support)
    assert re.fullmatch(rf"([{ALPHABET}]{{4}}-){{4}}[{ALPHABET}]{{4}}", card["code"])
    assert (card["last_four"], card["status"], card["issued_by"]) == (card["code"][-4:], "active", support.id)
    assert (await bank.platform("gift_cards") - cards, await bank.platform("grants") - before) == (2500, -2500)
    plain = card["code"].replace("-", "")
    kept = await bank.admin.fetchval("SELECT code_hash FROM ledger.gift_cards WHERE id = $1", uuid.UUID(card["id"]))
    assert kept == hashlib.sha256(plain.encode()).digest()
    for table in ("ledger.gift_cards", "ledger.transfers", "messaging.events", "messaging.outbox", "audit.changes"):
        for text in (card["code"], plain, kept.hex()):
            found = await bank.admin.fetchval(
                f"SELECT count(*) FROM {table} AS t WHERE strpos(to_jsonb(t)::text, $1) > 0 AND $2 <> 'here'",
                text,
                "here" if (table, text) == ("ledger.gift_cards", kept.hex()) else "",
            )
            assert found == 0, (table, text)
    listed = (await bank.does(support, "list_gift_cards", limit=1))["data"][0]
    assert listed == card | {"code": None}
    assert await bank.events("gift_card_id", card["id"]) == ["gift_card.issued"]


async def test_codes_are_spread_over_the_whole_alphabet(bank: Bank) -> None:
    made = await bank.admin.fetch("SELECT ledger.make_gift_card_code() AS code FROM generate_series(1, 2000)")
    found = [row["code"].replace("-", "") for row in made]
    assert len(set(found)) == 2000
    for place in range(20):
        # 62.5 of each are expected at each place; one in 10^9 tests would see fewer than 20.
        counts = {c: sum(code[place] == c for code in found) for c in ALPHABET}
        assert min(counts.values()) > 20, (place, counts)


async def test_a_card_becomes_credit_once(bank: Bank, support: Person) -> None:
    card, customer, other = await issue(bank, support), await bank.person(), await bank.person()
    typed = " " + card["code"].replace("-", " ").lower() + " "
    redeemed = await bank.does(customer, "redeem_gift_card", code=typed)
    assert (redeemed["id"], redeemed["status"], redeemed["redeemed_by"], redeemed["code"], redeemed["issued_by"]) == (
        card["id"], "redeemed", customer.id, None, None,
    )  # fmt: skip
    assert await bank.balance(customer, "credit") == (2500, 0, 2500)
    for person in (customer, other):
        with refused("gift_card_redeemed", "SH409"):
            await bank.does(person, "redeem_gift_card", code=card["code"])
    (transaction,) = await bank.pages(customer, "list_own_credit_transactions", 5)
    assert (transaction["kind"], transaction["amount"], transaction["actor_id"]) == ("gift_card", 2500, customer.id)
    assert await bank.events("gift_card_id", card["id"]) == ["gift_card.issued", "gift_card.redeemed"]
    await bank.assert_books_balance()


async def test_fifty_customers_redeem_a_card_once(bank: Bank, support: Person, crowd: Crowd) -> None:
    card, customers = await issue(bank, support), await bank.people(50)
    cards = await bank.platform("gift_cards")
    answers = await crowd.at_once(*(who.job("redeem_gift_card", code=card["code"]) for who in customers))
    assert codes(answers) == {"ok": 1, "gift_card_redeemed": 49}
    assert sum([(await bank.balance(who, "credit"))[0] for who in customers]) == 2500
    assert cards - await bank.platform("gift_cards") == 2500
    await bank.assert_books_balance()


async def test_one_customer_redeems_fifty_cards_at_once(bank: Bank, support: Person, crowd: Crowd) -> None:
    cards, customer = [await issue(bank, support, 100 + n) for n in range(50)], await bank.person()
    answers = await crowd.at_once(*(customer.job("redeem_gift_card", code=card["code"]) for card in cards))
    assert codes(answers) == {"ok": 50}
    total = sum(100 + n for n in range(50))
    assert await bank.balance(customer, "credit") == (total, 0, total)
    await bank.assert_books_balance()


async def test_cards_that_cannot_be_redeemed(bank: Bank, support: Person) -> None:
    customer = await bank.person()
    soon = datetime.now(UTC) + timedelta(hours=1)
    card = await issue(bank, support, expires_at=soon)
    expired = "UPDATE ledger.gift_cards SET expires_at = now() - interval '1 s' WHERE id = $1"
    await bank.admin.execute(expired, uuid.UUID(card["id"]))
    with refused("gift_card_expired", "SH409"):
        await bank.does(customer, "redeem_gift_card", code=card["code"])
    for code in ("AAAA-BBBB-CCCC-DDDD-EEEE", "-", card["code"][:-1], "ﬀ", "'; --"):
        with refused("gift_card_not_found", "SH404"):
            await bank.does(customer, "redeem_gift_card", code=code)
    for code in ("", "A" * 65):
        with refused("gift_card_code_length"):
            await bank.does(customer, "redeem_gift_card", code=code)
    mine = await issue(bank, support)
    with refused("own_account_refused", "SH403"):
        await bank.does(support, "redeem_gift_card", code=mine["code"])
    assert await bank.balance(customer, "credit") == (0, 0, 0)
    await bank.assert_books_balance()


async def test_cards_that_cannot_be_issued(bank: Bank, support: Person) -> None:
    with refused("gift_card_expiry_past", "SH422"):
        await issue(bank, support, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with refused("currency_unknown", "SH422"):
        await issue(bank, support, currency="XXX")
    for amount in (0, -1):
        with refused("amount_out_of_range"):
            await issue(bank, support, amount)


async def test_the_list_of_cards(bank: Bank, support: Person) -> None:
    customer = await bank.person()
    kept, used, old = [await issue(bank, support) for _ in range(3)]
    await bank.does(customer, "redeem_gift_card", code=used["code"])
    expired = "UPDATE ledger.gift_cards SET expires_at = now() - interval '1 s' WHERE id = $1"
    await bank.admin.execute(expired, uuid.UUID(old["id"]))
    found = await bank.pages(support, "list_gift_cards", 2)
    assert [c["id"] for c in found[:3]] == [old["id"], used["id"], kept["id"]]
    assert [c["status"] for c in found[:3]] == ["expired", "redeemed", "active"]
    assert {c["code"] for c in found} == {None}
    for status, card in (("active", kept), ("redeemed", used), ("expired", old)):
        some = await bank.pages(support, "list_gift_cards", 2, status=status)
        assert some[0]["id"] == card["id"]
        assert {c["status"] for c in some} == {status}
    with refused("gift_card_status_unknown"):
        await bank.does(support, "list_gift_cards", status="lost")
