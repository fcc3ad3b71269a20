"""Callbacks come in any order, any number of times: one final state, and money that always adds up."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from itertools import permutations
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.support.connections import refused

ENDS = ("completed", "failed", "expired")
STEPS = ("open", "authorized", "processing", *ENDS)


# Every order of all steps, and every order of all ends that come twice. Their beginnings, which are looked at as well,
# are every order of every choice of them.
EACH_ONCE = list(permutations(STEPS))
EACH_TWICE = sorted(set(permutations(ENDS * 2)))


def expected(story: tuple[str, ...]) -> str:
    for status in ("completed", "failed", "processing", "expired", "authorized", "open"):
        if status in story:
            return status
    raise AssertionError


@pytest.mark.parametrize(
    ("told", "repeats"),
    [
        (EACH_ONCE, "none"),
        (EACH_TWICE, "the same event"),
        (EACH_TWICE, "another event that says the same"),
    ],
    ids=["each once", "the same event twice", "another event that says the same"],
)
async def test_every_order_and_repetition_of_callbacks_ends_in_one_state(
    shop: Shop, customer: str, told: list[tuple[str, ...]], repeats: str
) -> None:
    lamp = await shop.product()
    ends: dict[frozenset[str], set[str]] = defaultdict(set)
    looked: set[tuple[str, ...]] = set()
    turn = asyncio.Semaphore(12)

    async def live(story: tuple[str, ...]) -> None:
        async with turn:
            order = await shop.order(customer, lamp)
            payment = await shop.begin(customer, order)
            for number, step in enumerate(story):
                if step == "open":
                    await shop.open(payment)
                else:
                    again = f"{step}:{payment['id']}:{number}" if repeats.startswith("another") else None
                    await shop.event(payment, step, again)
                beginning = story[: number + 1]
                if beginning not in looked:
                    looked.add(beginning)
                    await look(beginning, payment)

    async def look(story: tuple[str, ...], payment: dict[str, Any]) -> None:
        seen = await shop.see(payment)
        assert seen["status"] == expected(story), story
        assert seen["order_status"] == ("paid" if "completed" in story else "pending"), story
        assert (
            seen["amount_captured"]
            == seen["amount_applied"]
            == seen["amount_paid"]
            == (1000 if "completed" in story else 0)
        )
        ends[frozenset(story)].add(str(seen))

    await asyncio.gather(*(live(story) for story in told))
    assert {kinds: len(states) for kinds, states in ends.items() if len(states) != 1} == {}
    print(f"{len(looked)} orders of callbacks, {len(ends)} sets of them, one final state each")
    assert len(looked) == (1956 if told is EACH_ONCE else 270)
    await shop.assert_books_balance()


async def test_twenty_identical_callbacks_at_once_are_one(shop: Shop, customer: str) -> None:
    lamp = await shop.product()
    payment = await shop.begin(customer, await shop.order(customer, lamp))
    outcomes = await asyncio.gather(*(shop.event(payment, "completed") for _ in range(20)))
    assert Counter(outcomes) == {"applied": 1, "repeated": 19}
    assert [t[0] for t in (await shop.see(payment))["transfers"]] == ["payment"]
    assert await shop.stock(lamp) == (1_000_000 - 2, 0)
    await shop.assert_books_balance()


async def test_twenty_different_events_that_say_the_same_are_one(shop: Shop, customer: str) -> None:
    lamp = await shop.product()
    payment = await shop.begin(customer, await shop.order(customer, lamp))
    outcomes = await asyncio.gather(*(shop.event(payment, "completed", f"{payment['id']}:{n}") for n in range(20)))
    assert Counter(outcomes) == {"applied": 1, "no_change": 19}
    await shop.assert_books_balance()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": 999}, "wrong_amount"),
        ({"amount": 1001}, "wrong_amount"),
        ({"amount": 1}, "wrong_amount"),
        ({"currency": "EUR"}, "wrong_currency"),
        ({"currency": "XXX"}, "wrong_currency"),
        ({"currency": "BDT", "amount": 5}, "wrong_currency"),
    ],
)
async def test_another_amount_or_currency_never_pays(
    shop: Shop, customer: str, changes: dict[str, Any], reason: str
) -> None:
    lamp = await shop.product()
    payment = await shop.begin(customer, await shop.order(customer, lamp))
    assert await shop.event(payment, "completed", **changes) == "applied"
    seen = await shop.see(payment)
    amount, currency = changes.get("amount", 1000), changes.get("currency", "USD")
    assert (seen["status"], seen["order_status"], seen["amount_applied"]) == ("completed", "pending", 0)
    assert (seen["amount_captured"], seen["captured_currency"], seen["amount_refunded"]) == (amount, currency, amount)
    assert seen["refunds"] == [["pending", amount, 0, reason]]
    assert seen["transfers"] == [["unapplied", "clearing", "unapplied", currency, amount]]
    await shop.assert_books_balance()


@pytest.mark.parametrize(
    "changes",
    [{"amount": None}, {"amount": 0}, {"amount": -5}, {"amount": 2**62}, {"currency": None}, {"currency": "dollars"}],
)
async def test_a_callback_without_a_sum_is_kept_and_changes_nothing(
    shop: Shop, customer: str, changes: dict[str, Any]
) -> None:
    lamp = await shop.product()
    payment = await shop.begin(customer, await shop.order(customer, lamp))
    assert await shop.event(payment, "completed", **changes) == "ignored"
    assert (await shop.see(payment))["status"] == "initiated"
    # The next one, which says it, counts.
    assert await shop.event(payment, "completed", f"{payment['id']}:complete") == "applied"


async def test_a_callback_for_nobody_is_kept(shop: Shop, customer: str) -> None:
    nobody = {"id": "00000000-0000-7000-8000-000000000009", "amount": 5, "currency": "USD"}
    assert await shop.event(nobody, "completed", "lost") == "unknown_payment"
    assert await shop.event(nobody, "completed", "lost") == "repeated"
    row = await shop.admin.fetchrow("SELECT outcome, payment_id FROM payments.gateway_events WHERE event_id = 'lost'")
    assert tuple(row) == ("unknown_payment", None)


async def test_another_providers_callback_does_not_reach_a_payment(shop: Shop, customer: str) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    assert await shop.event(payment, "completed", provider="stripe") == "unknown_payment"
    assert (await shop.see(payment))["status"] == "initiated"


async def test_a_kind_we_do_not_know_is_kept(shop: Shop, customer: str) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    assert await shop.event(payment, "dispute.created") == "ignored"


async def test_a_callback_that_names_only_the_gateways_reference_finds_the_payment(shop: Shop, customer: str) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    await shop.open(payment)
    assert await shop.event(payment, "completed", payment_id=None) == "applied"


async def test_a_callback_that_overtakes_the_session_counts_and_the_session_comes_too_late(
    shop: Shop, customer: str
) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    await shop.event(payment, "completed")
    opened = await shop.open(payment)
    assert (opened["payment"]["status"], opened["checkout_url"]) == ("completed", None)


async def test_callbacks_are_history(shop: Shop, customer: str) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    await shop.event(payment, "failed")
    for change in ("UPDATE payments.gateway_events SET outcome = 'applied'", "DELETE FROM payments.gateway_events"):
        with refused("append_only", "SH409"):
            await shop.admin.execute(change)


async def test_a_status_does_not_go_back(shop: Shop, customer: str) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    await shop.event(payment, "completed")
    for status in ("open", "failed", "cancelled", "initiated"):
        with refused("payment_transition_refused", "SH409"):
            await shop.admin.execute(
                "UPDATE payments.payments SET status = $2 WHERE id = $1::text::uuid", payment["id"], status
            )
