"""What Stripe keeps, pays out and holds back beside payments: each kind is decided, an unknown one is a difference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import stripe as library

from api.gateways.stripe.objects import ACCOUNT_MOVEMENTS, MOVEMENTS
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.payments.reconciliation.conftest import House

# A person decides: they are loans, donations, marketplaces and cards, which this shop does not use, or corrections.
LEFT_TO_A_PERSON = {
    "advance", "advance_funding", "anticipation_repayment", "climate_order_purchase", "climate_order_refund",
    "connect_collection_transfer", "contribution", "financing_paydown", "financing_paydown_reversal",
    "financing_payout", "financing_payout_reversal", "issuing_authorization_hold", "issuing_authorization_release",
    "issuing_dispute", "issuing_transaction", "other_adjustment", "platform_earning", "platform_earning_refund",
    "transfer", "transfer_reversal", "unreconciled_customer_funds",
}  # fmt: skip
# Type, reporting category, object, amount, fee of its own, and how the books change: clearing, fees, bank.
KINDS: list[tuple[str, str, str | None, int, int, tuple[int, int, int]]] = [
    ("stripe_fee", "fee", None, -250, 0, (-250, 250, 0)),
    ("stripe_fee", "fee", None, 70, 0, (70, -70, 0)),  # given back
    ("stripe_fx_fee", "fee", None, -9, 0, (-9, 9, 0)),
    ("tax_fee", "tax", None, -48, 0, (-48, 48, 0)),
    ("stripe_fee", "network_cost", None, -31, 0, (-31, 31, 0)),
    ("payout", "payout", "po", -5000, 0, (-5000, 0, 5000)),
    ("payout", "payout", "po", -1000, 15, (-1015, 15, 1000)),  # at once, for a fee
    ("payout_failure", "payout_reversal", "po", 5000, 0, (5000, 0, -5000)),
    ("payout_cancel", "payout_reversal", "po", 300, 0, (300, 0, -300)),
    ("topup", "topup", "tu", 2000, 0, (2000, 0, -2000)),
    ("topup_reversal", "topup_reversal", "tu", -2000, 0, (-2000, 0, 2000)),
    ("reserve_transaction", "risk_reserved_funds", None, -800, 0, (0, 0, 0)),
    ("payout_minimum_balance_hold", "payout_minimum_balance_hold", None, -100, 0, (0, 0, 0)),
]


async def balances(shop: Shop) -> tuple[int, int, int]:
    """Stripe's clearing account, the fees and the bank, in US dollars: debits less credits."""
    row = await shop.admin.fetchrow(
        """
        SELECT coalesce(sum(m.amount) FILTER (WHERE a.kind = 'clearing' AND a.provider = 'stripe'), 0)::bigint,
               coalesce(sum(m.amount) FILTER (WHERE a.kind = 'fees'), 0)::bigint,
               coalesce(sum(m.amount) FILTER (WHERE a.kind = 'bank'), 0)::bigint
        FROM (SELECT t.debit_account AS id, t.amount FROM ledger.transfers AS t WHERE t.phase IN ('posted', 'post')
              UNION ALL
              SELECT t.credit_account, -t.amount FROM ledger.transfers AS t WHERE t.phase IN ('posted', 'post')) AS m
        JOIN ledger.accounts AS a ON a.id = m.id WHERE a.currency = 'USD'
        """
    )
    return tuple(row)


@pytest.mark.parametrize(("kind", "category", "of", "amount", "fee", "change"), KINDS)
async def test_each_kind_is_booked_once(
    shop: Shop, house: House, stripe: StripeServer, kind: str, category: str, of: str | None, amount: int, fee: int,
    change: tuple[int, int, int],
) -> None:  # fmt: skip
    before = await balances(shop)
    stripe.enter(kind, category, amount, of=of, fee=fee)
    for _ in range(2):
        run = await house.reconcile("stripe")
        assert (run.status, run.differences) == ("completed", 0)
        assert tuple(now - then for now, then in zip(await balances(shop), before, strict=True)) == change


async def test_the_totals_include_what_no_payment_explains(shop: Shop, house: House, stripe: StripeServer) -> None:
    await house.paid(stripe)
    before = stripe.totals()["USD"]
    for kind, category, of, amount, fee, _ in KINDS:
        stripe.enter(kind, category, amount, of=of, fee=fee)
    told = stripe.totals()["USD"]
    assert told["payouts"] - before["payouts"] == 5000 + 1000 - 5000 - 300 - 2000 + 2000
    assert told["fees"] - before["fees"] == 250 - 70 + 9 + 48 + 31 + 15


@pytest.mark.parametrize(
    ("kind", "category"), [("adjustment", "other_adjustment"), ("transfer", "transfer"), ("quantum", "quantum_fee")]
)
async def test_an_undecided_kind_is_a_difference(
    shop: Shop, house: House, stripe: StripeServer, kind: str, category: str
) -> None:
    before = await balances(shop)
    entry = stripe.enter(kind, category, -700, of="tr")
    await house.reconcile("stripe")
    (found,) = [d for d in await house.differences() if d["kind"] == "unknown_movement"]
    assert (found["ours"], found["theirs"], found["currency"]) == (0, -700, "USD")
    assert found["reference"] == f"{entry['id']}, {category} ({kind})"
    broken = await shop.admin.fetch("SELECT name FROM audit.check_invariants() WHERE NOT ok")
    assert [row["name"] for row in broken] == ["the gateways' books agree with ours, or it is explained why not"]
    given = {"token": shop.support, "difference_id": found["id"], "reason": "Paid to our other account."}
    await shop.call("web_support", "explain_difference", **given)
    await house.reconcile("stripe")
    assert await house.differences() == []
    assert await balances(shop) == before
    del stripe.transactions[entry["id"]]  # the other tests compare totals


async def test_a_charge_of_another_program_is_unknown_money(house: House, stripe: StripeServer) -> None:
    """Of the days before payment intents: it has none."""
    entry = stripe.enter("charge", "charge", 4200, of="ch", fee=120)
    await house.reconcile("stripe")
    (found,) = [d for d in await house.differences() if d["kind"] == "unknown_payment"]
    assert (found["theirs"], found["reference"]) == (4200, entry["source"])
    del stripe.transactions[entry["id"]]  # the other tests compare totals


async def test_the_invariant_sees_what_is_booked_twice_or_not(shop: Shop, house: House, stripe: StripeServer) -> None:
    stripe.enter("stripe_fee", "fee", -250)
    await house.reconcile("stripe")
    async with shop.admin.acquire() as connection:
        change = connection.transaction()
        await change.start()
        try:
            await connection.execute("SET LOCAL session_replication_role = replica")  # no triggers
            await connection.execute("DELETE FROM ledger.transfers WHERE kind = 'gateway_fee'")
            broken = await connection.fetch("SELECT name FROM audit.check_invariants() WHERE NOT ok")
        finally:
            await change.rollback()
    assert [row["name"] for row in broken] == ["what gateways keep and pay out beside payments is booked, once"]


def test_every_category_of_the_library_is_decided() -> None:
    """Its type of the API's balance transaction says only text; that of a report's parameter lists them."""
    file = Path(library.__file__).parent / "params" / "reporting" / "_report_run_create_params.py"
    (listed,) = re.findall(r"Literal\[('advance'[^]]*)\]", file.read_text())
    categories = set(re.findall(r"'(\w+)'", listed))
    assert len(categories) > 30
    assert categories - MOVEMENTS.keys() - ACCOUNT_MOVEMENTS.keys() == LEFT_TO_A_PERSON
