"""The gateways' own books are compared with ours: what cannot be explained waits for a person."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

import asyncpg
import pytest

from api.gateways.mock import MockGateway
from api.gateways.sslcommerz.fields import write_id
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.payments.reconciliation.conftest import House, intent_of
from tests.support.connections import refused

# --- explanations ---------------------------------------------------------------------------------


@pytest.mark.out_of_step("an entry that was in the books for a moment has a fee of its own")
async def test_a_person_explains_a_difference(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    await house.age(payment_id)
    held = dict(stripe.transactions)
    stripe.transactions.clear()
    await house.reconcile("stripe")
    (found,) = await house.differences(payment_id)
    with refused("difference_not_found", "SH404"):
        await shop.call(
            "web_support", "explain_difference", token=shop.support, difference_id=str(uuid.uuid4()), reason="x"
        )
    given = {"token": shop.support, "difference_id": found["id"], "reason": "Stripe's support confirmed an outage."}
    explained = await shop.call("web_support", "explain_difference", **given)
    assert (explained["status"], explained["reason"]) == ("explained", given["reason"])
    with refused("difference_explained", "SH409"):
        await shop.call("web_support", "explain_difference", **given)
    change = await shop.admin.fetchrow(
        "SELECT actor_id::text, new ->> 'reason' AS reason FROM audit.changes "
        "WHERE table_name = 'payments.reconciliation_differences' AND row_id = $1 AND operation = 'UPDATE'",
        found["id"],
    )
    assert (change["actor_id"], change["reason"]) == (explained["explained_by"], given["reason"])
    # The same difference stays explained; another amount opens it again.
    await house.reconcile("stripe")
    assert await house.differences(payment_id) == []
    charge = stripe.intents[intent_of(stripe, payment_id)]["latest_charge"]
    entry = next(t for t in held.values() if t["source"] == charge)
    stripe.transactions["txn_less"] = entry | {"id": "txn_less", "amount": 900}
    await house.reconcile("stripe")
    (again,) = [d for d in await house.differences(payment_id) if d["kind"] == "captured"]
    assert (again["id"], again["ours"], again["theirs"], again["reason"]) == (found["id"], 1000, 900, None)
    stripe.transactions.clear()
    stripe.transactions.update(held)
    await house.reconcile("stripe")


# --- sslcommerz and the test gateway --------------------------------------------------------------


@pytest.mark.out_of_step("SSLCommerz never made the refund")
async def test_sslcommerz_is_asked_about_each_payment(shop: Shop, house: House, sslcommerz: SSLCommerzServer) -> None:
    paid, lost = [await house.begin_payment("sslcommerz", "BDT") for _ in range(2)]
    await house.begin_payment("sslcommerz", "BDT")  # nobody pays this one
    assert await house.receive("sslcommerz", {}, sslcommerz.pay(write_id(paid))) == ["applied"]
    sslcommerz.pay(write_id(lost))  # nobody tells us
    assert sslcommerz.totals() == {"BDT": {"captured": 2000, "refunded": 0, "disputed": 0, "fees": 50}}
    run = await house.reconcile("sslcommerz")
    assert (run.checked, run.differences) == (3, 0)
    for payment in (paid, lost):
        seen = await house.payment(payment)
        assert (seen["status"], seen["fee"], seen["fee_currency"]) == ("completed", 25, "BDT")
    made = await shop.call("web_support", "create_refund", token=shop.support, payment_id=paid, reason="x", amount=400)
    await shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference="0123456789abc")
    await house.reconcile("sslcommerz")
    (found,) = await house.differences(paid)
    assert (found["kind"], found["ours"], found["theirs"]) == ("refunded", 400, 0)


async def test_the_test_gateway_has_books_of_its_own(shop: Shop, house: House) -> None:
    gateway = house.steps.gateway("mock")
    assert isinstance(gateway, MockGateway)
    payment_id = await house.begin_payment("mock")
    url = await shop.admin.fetchval("SELECT checkout_url FROM payments.payments WHERE id = $1::text::uuid", payment_id)
    checkout = gateway.read_token(urlsplit(url).path.rpartition("/")[2])
    assert checkout is not None
    await gateway.take(checkout)
    assert (await house.reconcile("mock")).differences == 0
    assert (await house.payment(payment_id))["status"] == "completed"

    # Money in our books that nobody paid.
    forged = await house.begin_payment("mock")
    await shop.event({"id": forged, "amount": 1000, "currency": "USD"}, "completed", provider_reference=None)
    await house.reconcile("mock")
    (found,) = await house.differences(forged)
    assert (found["kind"], found["ours"], found["theirs"]) == ("captured", 1000, 0)


async def test_only_the_gateway_writes_the_test_gateways_books(shop: Shop) -> None:
    given = {"id": "x", "payment_id": str(uuid.uuid4()), "kind": "captured", "amount": 1, "currency": "USD"}
    for role in ("web_support", "web_worker", "web_admin"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await shop.call(role, "record_mock_movement", **given)


async def test_it_begins_once_a_day(shop: Shop, house: House) -> None:
    for provider in ("stripe", "sslcommerz", "mock"):
        await house.reconcile(provider)
    assert await shop.call("web_worker", "begin_due_reconciliations") == 0
    await shop.admin.execute("UPDATE payments.reconciliation_runs SET status = 'completed'")
    await shop.admin.execute("UPDATE payments.providers SET reconcile_from = now() - interval '25 hours'")
    await shop.admin.execute("UPDATE payments.reconciliation_runs SET created_at = created_at - interval '2 days'")
    began = await shop.call("web_worker", "begin_due_reconciliations")
    assert began == 3
    assert await shop.call("web_worker", "begin_due_reconciliations") == 0
    for provider in ("stripe", "sslcommerz", "mock"):
        assert (await house.reconcile(provider)).status == "completed"
    assert await shop.admin.fetchval(
        "SELECT bool_and(reconcile_from BETWEEN now() - interval '25 hours' AND now() - interval '23 hours') "
        "FROM payments.providers WHERE kind = 'gateway'"
    )


async def test_a_period_that_has_not_begun_is_refused(shop: Shop) -> None:
    with refused("period_in_the_future", "SH422"):
        await shop.call("web_support", "run_reconciliation", token=shop.support, since="2999-01-01T00:00:00Z")
