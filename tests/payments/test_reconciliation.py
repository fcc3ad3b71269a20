"""The gateways' own books are compared with ours: what can be explained is booked, the rest waits for a person."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from api.contract.reader import read_contract
from api.gateways.mock import MockGateway
from api.gateways.protocol import Unavailable
from api.gateways.sslcommerz.fields import write_id
from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from api.gateways.sslcommerz.settings import SSLCommerzSettings
from api.gateways.steps import PaymentSteps
from api.gateways.stripe.gateway import StripeGateway
from api.gateways.stripe.settings import StripeSettings
from api.postgres.database import Database
from api.postgres.functions import Functions
from api.worker.jobs.reconciliation import UNDER_WAY, ReconciliationJobs, Run
from api.worker.loop import POOLS
from db.server.access import Access
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import StripeServer, Thing
from tests.payments.conftest import Shop
from tests.support.connections import refused
from tests.support.gateway_totals import assert_gateway_totals, reconcile

SHOP = "https://shop.example"


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeServer]:
    with StripeServer() as server:
        yield server


@pytest.fixture(scope="module")
def sslcommerz() -> Iterator[SSLCommerzServer]:
    with SSLCommerzServer() as server:
        yield server


class House:
    """The web tier's and the worker's own code, without their processes."""

    def __init__(self, shop: Shop, steps: PaymentSteps) -> None:
        self.shop = shop
        self.steps = steps
        self.jobs = ReconciliationJobs(self._call, steps)

    async def _call(self, function: str, **arguments: Any) -> Any:
        return await self.shop.call("web_worker", function, **arguments)

    async def begin(self, provider: str) -> str:
        """A comparison of the last day."""
        found = await self.shop.call(
            "web_support", "run_reconciliation", token=self.shop.support, since=await self.day()
        )
        (run,) = [run for run in found["data"] if run["provider"] == provider]
        return str(run["id"])

    async def day(self) -> str:
        return str(await self.shop.admin.fetchval("SELECT (now() - interval '1 day')::text"))

    async def reconcile(self, provider: str) -> Run:
        return await reconcile(self.shop, self.steps, provider)

    async def differences(self, payment_id: str | None = None, status: str | None = "open") -> list[dict[str, Any]]:
        page = await self.shop.call(
            "web_support",
            "list_differences",
            token=self.shop.support,
            limit=100,
            **({"status": status} if status else {}),
        )
        return [d for d in page["data"] if payment_id in (None, d["payment_id"])]

    async def begin_payment(self, provider: str, currency: str = "USD") -> str:
        customer = await self.shop.account()
        made = await self.shop.call(
            "web_merchant", "create_product", token=self.shop.merchant, name="Lamp", description="",
            sku=uuid.uuid4().hex[:12], price=500, currency=currency, stock=1000,
        )  # fmt: skip
        order = await self.shop.call(
            "web_customer", "create_order", token=customer, items=[{"product_id": made["id"], "quantity": 2}],
            currency=currency,
        )  # fmt: skip
        answer = await self.shop.call(
            "web_customer", "begin_payment", token=customer, order_id=order["id"], provider=provider
        )
        payment_id: str = answer["payment"]["id"]
        await self.steps.open(payment_id, payment_id)
        return payment_id

    async def receive(self, provider: str, headers: dict[str, str], body: bytes) -> list[str]:
        events = await self.steps.gateway(provider).parse_callback(headers, body)
        return [(await self.steps.apply(provider, event, "test"))["outcome"] for event in events]

    async def tell(self, stripe: StripeServer, *events: Thing) -> list[str]:
        return [outcome for event in events for outcome in await self.receive("stripe", *stripe.signed(event))]

    async def paid(self, stripe: StripeServer) -> str:
        """A payment that Stripe has taken, and told us of."""
        payment_id = await self.begin_payment("stripe")
        await self.tell(stripe, *stripe.pay(session_of(stripe, payment_id)))
        return payment_id

    async def age(self, payment_id: str) -> None:
        """An hour and more has passed: Stripe's books are expected to have it."""
        for table, column in (("payments.payments", "id"), ("payments.refunds", "payment_id")):
            await self.shop.admin.execute(
                f"UPDATE {table} SET completed_at = completed_at - interval '2 hours' WHERE {column} = $1::text::uuid",
                payment_id,
            )

    async def payment(self, payment_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.shop.call(
            "web_support", "get_payment", token=self.shop.support, payment_id=payment_id
        )
        return found


def session_of(stripe: StripeServer, payment_id: str) -> str:
    return next(s["id"] for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment_id)


def intent_of(stripe: StripeServer, payment_id: str) -> str:
    return str(stripe.sessions[session_of(stripe, payment_id)]["payment_intent"])


@pytest.fixture(scope="module")
async def house(shop: Shop, access: Access, stripe: StripeServer, sslcommerz: SSLCommerzServer) -> AsyncIterator[House]:
    keys = StripeSettings(secret_key=stripe.secret_key, webhook_secret=(stripe.webhook_secret,), api=stripe.url)
    store = SSLCommerzSettings(
        store_id=sslcommerz.store_id, store_password=sslcommerz.store_password, api=sslcommerz.url
    )
    gateways: dict[str, Any] = {
        "stripe": StripeGateway(keys, SHOP),
        "sslcommerz": SSLCommerzGateway(store, SHOP),
        "mock": MockGateway("s" * 64, SHOP),
    }
    database = Database(access, POOLS, "test")
    connection = await asyncpg.connect(access.url("web_worker"))
    try:
        yield House(shop, PaymentSteps(Functions(database, await read_contract(connection)), gateways))
    finally:
        await connection.close()
        await database.close()
        for gateway in ("stripe", "sslcommerz"):
            await gateways[gateway].aclose()


@pytest.fixture(autouse=True)
async def everything_is_explained(shop: Shop, house: House) -> AsyncIterator[None]:
    """The books are in order after each test, but for what its differences say."""
    yield
    for difference in await house.differences():
        await shop.call(
            "web_support", "explain_difference", token=shop.support, difference_id=difference["id"], reason="a test"
        )
    await shop.assert_books_balance()


# --- stripe ---------------------------------------------------------------------------------------


async def test_a_fee_is_booked_and_shown(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    assert (await house.payment(payment_id))["fee"] == 0
    run = await house.reconcile("stripe")
    assert (run.status, run.differences) == ("completed", 0)
    seen = await house.payment(payment_id)
    assert (seen["fee"], seen["fee_currency"]) == (59, "USD")
    fee = [t for t in (await shop.see({"id": payment_id}))["transfers"] if "fees" in t]
    assert fee == [["fee", "fees", "clearing", "USD", 59]]

    await assert_gateway_totals(shop, stripe, house.steps)

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
    await assert_gateway_totals(shop, stripe, house.steps)


async def test_a_refund_that_came_back(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    events = stripe.refund_by_hand(intent_of(stripe, payment_id), 400)
    await house.tell(stripe, *events)
    stripe.settle_refund(events[0]["data"]["object"]["id"], "failed")  # nobody tells us
    assert (await house.reconcile("stripe")).differences == 0
    seen = await shop.see({"id": payment_id})
    assert (seen["amount_refunded"], seen["refunds"][0][0]) == (400, "failed")  # it is owed
    await assert_gateway_totals(shop, stripe, house.steps)


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
    await assert_gateway_totals(shop, stripe, house.steps)


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


# --- explanations ---------------------------------------------------------------------------------


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


# --- sslcommerz and the test gateway --------------------------------------------------------------


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
