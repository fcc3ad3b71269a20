"""Stripe's books are compared with ours: what can be explained is booked."""

from __future__ import annotations

import uuid

import pytest

from api.gateways.protocol import Unavailable
from api.worker.jobs.reconciliation import UNDER_WAY
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.payments.reconciliation.conftest import House, intent_of, session_of


async def test_a_fee_is_booked_and_shown(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    assert (await house.payment(payment_id))["fee"] == 0
    run = await house.reconcile("stripe")
    assert (run.status, run.differences) == ("completed", 0)
    seen = await house.payment(payment_id)
    assert (seen["fee"], seen["fee_currency"]) == (59, "USD")
    fee = [t for t in (await shop.see({"id": payment_id}))["transfers"] if "fees" in t]
    assert fee == [["fee", "fees", "clearing", "USD", 59]]

    # Again, and nothing changes.
    before = await shop.admin.fetchval("SELECT count(*) FROM ledger.transfers")
    again = await house.reconcile("stripe")
    assert (again.booked, again.differences) == (0, 0)
    assert await shop.admin.fetchval("SELECT count(*) FROM ledger.transfers") == before
    assert await house.payment(payment_id) == seen


async def test_a_payment_whose_callbacks_were_lost_is_booked(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.begin_payment("stripe")
    stripe.pay(session_of(stripe, payment_id))
    stripe.refund_by_hand(intent_of(stripe, payment_id), 300)
    assert (await house.payment(payment_id))["status"] == "open"
    run = await house.reconcile("stripe")
    assert run.differences == 0
    seen = await shop.see({"id": payment_id})
    assert (seen["status"], seen["order_status"], seen["amount_captured"]) == ("completed", "paid", 1000)
    assert seen["refunds"] == [["completed", 300, 300, "refunded_at_gateway"]]
    # The callbacks come after all.
    await house.tell(stripe, *[event for event in stripe.events if payment_id in str(event)])
    assert (await shop.see({"id": payment_id}))["transfers"] == seen["transfers"]


async def test_money_that_stripe_does_not_have_is_a_difference(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    await house.age(payment_id)
    charge = stripe.charges[stripe.intents[intent_of(stripe, payment_id)]["latest_charge"]]
    entry = next(t for t in stripe.transactions.values() if t["source"] == charge["id"])
    del stripe.transactions[entry["id"]]
    assert (await house.reconcile("stripe")).differences == 1
    (found,) = await house.differences(payment_id)
    assert (found["kind"], found["ours"], found["theirs"], found["currency"]) == ("captured", 1000, 0, "USD")
    broken = await shop.admin.fetch("SELECT name FROM audit.check_invariants() WHERE NOT ok")
    assert [row["name"] for row in broken] == ["the gateways' books agree with ours, or it is explained why not"]

    # It comes late.
    stripe.transactions[entry["id"]] = entry
    assert (await house.reconcile("stripe")).differences == 0
    explained = await house.differences(payment_id, None)
    assert [(d["status"], d["explained_by"]) for d in explained] == [("explained", None)]
    await shop.assert_books_balance()


async def test_money_too_young_for_stripes_books_is_not_missed(house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    held = dict(stripe.transactions)
    stripe.transactions.clear()
    assert (await house.reconcile("stripe")).differences == 0
    stripe.transactions.update(held)
    assert await house.differences(payment_id, None) == []


async def test_disputes_and_their_fees(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    opened = stripe.dispute(intent_of(stripe, payment_id), amount=600)  # nobody tells us
    run = await house.reconcile("stripe")
    assert run.differences == 0
    disputes = "SELECT status FROM payments.disputes WHERE payment_id = $1::text::uuid"
    assert await shop.admin.fetchval(disputes, payment_id) == "needs_response"
    assert (await house.payment(payment_id))["fee"] == 59 + 1500

    stripe.close_dispute(opened[0]["data"]["object"]["id"], "won")
    assert (await house.reconcile("stripe")).differences == 0
    assert await shop.admin.fetchval(disputes, payment_id) == "won"
    assert (await house.payment(payment_id))["fee"] == 59 + 1500  # Stripe keeps it

    other = await house.paid(stripe)
    opened = stripe.dispute(intent_of(stripe, other))
    stripe.close_dispute(opened[0]["data"]["object"]["id"], "lost")
    assert (await house.reconcile("stripe")).differences == 0
    assert (await shop.see({"id": other}))["refunds"] == [["completed", 1000, 1000, "dispute_lost"]]


async def test_a_refund_that_came_back(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    events = stripe.refund_by_hand(intent_of(stripe, payment_id), 400)
    await house.tell(stripe, *events)
    stripe.settle_refund(events[0]["data"]["object"]["id"], "failed")  # nobody tells us
    assert (await house.reconcile("stripe")).differences == 0
    seen = await shop.see({"id": payment_id})
    assert (seen["amount_refunded"], seen["refunds"][0][0]) == (400, "failed")  # it is owed


async def test_a_capture_of_a_part(shop: Shop, house: House, stripe: StripeServer) -> None:
    admin = await shop.account("admin")
    method = {"token": admin, "provider": "stripe"}
    await shop.call("web_admin", "update_provider", **method, capture_method="manual")
    try:
        payment_id = await house.begin_payment("stripe")
    finally:
        await shop.call("web_admin", "update_provider", **method, capture_method="automatic")
    await house.tell(stripe, *stripe.authorize(session_of(stripe, payment_id)))
    await shop.call("web_support", "capture_payment", token=shop.support, payment_id=payment_id, amount=600)
    await house.steps.capture(payment_id, payment_id)
    assert (await house.reconcile("stripe")).differences == 0
    assert (await house.payment(payment_id))["fee"] == 47


@pytest.mark.out_of_step("Stripe never made the refund")
async def test_a_refund_that_stripe_never_made_is_a_difference(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    made = await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=payment_id, reason="x", amount=400
    )
    await shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference="re_invented")
    await house.age(payment_id)
    await house.reconcile("stripe")
    (found,) = await house.differences(payment_id)
    assert (found["kind"], found["ours"], found["theirs"]) == ("refunded", 400, 0)


async def test_an_account_in_another_currency(shop: Shop, house: House, stripe: StripeServer) -> None:
    stripe.account_currency = "eur"
    try:
        payment_id = await house.paid(stripe)
        stripe.refund_by_hand(intent_of(stripe, payment_id), 333)
    finally:
        stripe.account_currency = None
    assert (await house.reconcile("stripe")).differences == 0
    seen = await house.payment(payment_id)
    assert (seen["amount_refunded"], seen["fee"], seen["fee_currency"]) == (333, 74, "EUR")


@pytest.mark.out_of_step("Stripe's books name the payment of another shop")
async def test_money_of_no_payment_is_a_difference(house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    for charge in stripe.charges.values():
        if charge["metadata"].get("payment_id") == payment_id:
            charge["metadata"] = {"payment_id": str(uuid.uuid4())}
            charge["payment_intent"] = "pi_of_another_shop"
    await house.reconcile("stripe")
    (found,) = [d for d in await house.differences() if d["kind"] == "unknown_payment"]
    assert (found["theirs"], found["reference"], found["payment_id"]) == (1000, "pi_of_another_shop", None)


async def test_a_callback_that_matched_nothing_is_looked_up(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.begin_payment("stripe")
    stripe.pay(session_of(stripe, payment_id))
    disputed = stripe.dispute(intent_of(stripe, payment_id), amount=500)[0]
    # It names the charge only, and comes before we know that.
    assert await house.tell(stripe, disputed) == ["unknown_payment"]
    await house.reconcile("stripe")
    assert await house.differences() == []
    (found,) = [d for d in await house.differences(payment_id, None) if d["kind"] == "unknown_event"]
    assert (found["status"], found["reference"]) == ("explained", disputed["id"])

    nobody = disputed | {"id": "evt_nobody"}
    nobody["data"] = {"object": disputed["data"]["object"] | {"id": "dp_1", "payment_intent": "pi_0", "charge": "ch_0"}}
    assert await house.tell(stripe, nobody) == ["unknown_payment"]
    for _ in range(2):
        await house.reconcile("stripe")
        (found,) = await house.differences()
        assert (found["kind"], found["reference"]) == ("unknown_event", "evt_nobody")


async def test_a_comparison_goes_on_where_it_stopped(
    shop: Shop, house: House, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    payments = [await house.paid(stripe) for _ in range(5)]
    monkeypatch.setattr("api.worker.jobs.reconciliation.PAGE", 2)
    run_id = await house.begin("stripe")
    stripe.trouble("error", times=3, on="balance_transactions")
    steps = 0
    while (run := await house.jobs.read(run_id)).status in UNDER_WAY:
        try:
            await house.jobs.step(run)
        except Unavailable:
            pass  # the worker takes it up again
        else:
            # It is taken a second time, by somebody who saw the same: nothing is counted twice.
            await house.jobs.step(run)
        steps += 1
        if steps == 3:
            # Somebody begins another one: this one goes on.
            assert await house.begin("stripe") == run_id
    assert run.checked >= len(payments)
    counted = await shop.admin.fetchval(
        "SELECT checked = (SELECT count(*) FROM payments.payments WHERE provider = 'stripe') "
        "FROM payments.reconciliation_runs WHERE id = $1::text::uuid",
        run_id,
    )
    assert counted
    assert {(await house.payment(payment))["fee"] for payment in payments} == {59}
    stripe.calm()
