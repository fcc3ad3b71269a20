"""Four eyes: staff do nothing to their own money, goods or rights (cases M14, and the functions of the catalogue)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.support.connections import refused
from tests.support.payouts import payable

# Functions of staff that change something and act on nobody's account, each with its reason.
WITHOUT_OWNER = {
    "create_category": "the catalogue's tree",
    "update_category": "the catalogue's tree",
    "delete_category": "the catalogue's tree",
    "create_promotion": "for all customers but its creator (tests/sales/pricing/test_own_promotions.py)",
    "update_promotion": "for all customers; what it takes off is counted and audited",
    "disable_promotion": "for all customers",
    "create_shipping_method": "a price list for all customers",
    "update_shipping_method": "a price list for all customers",
    "create_tax_rate": "for all customers",
    "end_tax_rate": "for all customers",
    "create_tax_exemption": "for all customers",
    "end_tax_exemption": "for all customers",
    "begin_payout_export": "records that the transfers are exported, which only reads",
    "issue_gift_card": "it has no owner yet: its issuer and its approver cannot redeem it (tests/ledger)",
    "set_limits": "for everyone, and audited",
    "update_settings": "for everyone, and audited",
    "update_provider": "for all customers",
    "replace_seller": "the shop's own data",
    "set_exchange_rate": "how reports add up",
    "update_reporting": "how reports are shown",
    "run_reconciliation": "compares all payments with the gateway's books",
}
STAFF = """
    SELECT p.proname AS name, p.proargnames[1:p.pronargs - p.pronargdefaults] AS required
    FROM pg_proc AS p
    WHERE p.pronamespace = 'api'::regnamespace AND p.prokind = 'f' AND p.provolatile = 'v'
      AND has_function_privilege($1, p.oid, 'EXECUTE')
      AND NOT has_function_privilege('web_customer', p.oid, 'EXECUTE')
      AND NOT has_function_privilege('web_merchant', p.oid, 'EXECUTE')
"""
GIVEN = {
    "reason": "x",
    "amount": 1,
    "currency": "USD",
    "method": "cash",
    "reference": "x",
    "provider_reference": "x",
    "failure_code": "account_closed",
}


@dataclass
class Colleague:
    """A member of staff who was a customer before, and has something of everything."""

    shop: Shop
    role: str
    id: str
    token: str
    own: dict[str, Any]

    async def does(self, function: str, **arguments: Any) -> Any:
        return await self.shop.call(f"web_{self.role}", function, token=self.token, **arguments)


async def hire(shop: Shop, role: str) -> Colleague:
    email = f"{uuid.uuid4().hex}@example.com"
    made = await shop.call("web_anonymous", "create_account", email=email, password="x" * 60)
    token = await shop.admin.fetchval("SELECT identity.issue_local_token('customer', $1)", email)
    await payable(shop.admin, made["id"])
    lamp = await shop.product()

    unpaid = await shop.order(token, lamp)
    answer = await shop.call(
        "web_customer", "begin_payment", token=token, order_id=unpaid["id"], provider="bank_transfer"
    )
    cancelled, _ = await shop.paid(token, lamp)
    await shop.call("web_customer", "cancel_order", token=token, order_id=cancelled["id"])
    sent, _ = await shop.paid(token, lamp)
    for step in ("ship_order", "deliver_order"):
        await shop.call("web_support", step, token=shop.support, order_id=sent["id"])
    items = [{"order_item_id": sent["items"][0]["id"], "quantity": 1}]
    back = await shop.call(
        "web_customer", "create_return", token=token, order_id=sent["id"], items=items, reason="too dark"
    )
    await shop.admin.execute(
        "SELECT ledger.post_transfer(ledger.open_account('clearing', 'USD', 'mock'), "
        "ledger.open_account('wallet', 'USD', owner_id => $1), 5000, 'deposit')",
        uuid.UUID(made["id"]),
    )
    payout = await shop.call("web_customer", "request_withdrawal", token=token, amount=1000, currency="USD")
    change = await shop.call(
        "web_support", "grant_credit", token=shop.support, account_id=made["id"], amount=60_000, currency="USD",
        reason="a broken lamp",
    )  # fmt: skip
    own = {
        "account_id": made["id"],
        "order_id": unpaid["id"],
        "payment_id": answer["payment"]["id"],
        "return_id": back["id"],
        "payout_id": payout["id"],
        "change_id": change["id"],
        "refund_id": await shop.admin.fetchval(
            "SELECT id::text FROM payments.refunds WHERE order_id = $1", uuid.UUID(cancelled["id"])
        ),
        "shipment_id": await shop.admin.fetchval(
            "SELECT id::text FROM fulfilment.shipments WHERE order_id = $1", uuid.UUID(sent["id"])
        ),
        "difference_id": await shop.admin.fetchval(
            "INSERT INTO payments.reconciliation_differences (provider, subject, kind, payment_id, ours, theirs) "
            "VALUES ('bank_transfer', $1, 'captured', $2, 1, 2) RETURNING id::text",
            uuid.uuid4().hex,
            uuid.UUID(answer["payment"]["id"]),
        ),
    }
    assert all(own.values())
    await shop.admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1", uuid.UUID(made["id"]), role)
    token = await shop.admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
    return Colleague(shop, role, made["id"], token, own)


@pytest.fixture(scope="module", params=["support", "admin"])
async def colleague(request: Any, shop: Shop) -> Colleague:
    return await hire(shop, request.param)


async def books(shop: Shop) -> Any:
    """What staff could move: it stays as it is."""
    return await shop.admin.fetch(
        """
        SELECT 'payments', status, count(*), sum(amount_refunded) FROM payments.payments GROUP BY status
        UNION ALL SELECT 'orders', status, count(*), sum(amount_paid) FROM sales.orders GROUP BY status
        UNION ALL SELECT 'refunds', status, count(*), sum(amount) FROM payments.refunds GROUP BY status
        UNION ALL SELECT 'payouts', status, count(*), sum(amount) FROM payments.payouts GROUP BY status
        UNION ALL SELECT 'returns', status, count(*), 0 FROM fulfilment.returns GROUP BY status
        UNION ALL SELECT 'transfers', '', count(*), sum(amount) FROM ledger.transfers
        ORDER BY 1, 2
        """
    )


async def test_staff_do_nothing_to_what_is_their_own(shop: Shop, colleague: Colleague) -> None:
    before, tried, others = await books(shop), set(), set()
    for function in await shop.admin.fetch(STAFF, f"web_{colleague.role}"):
        if not set(function["required"] or ()) & colleague.own.keys():
            others.add(function["name"])
            continue
        arguments = {n: colleague.own.get(n) or GIVEN[n] for n in function["required"]}
        with refused("own_account_refused", "SH403"):
            await colleague.does(function["name"], **arguments)
        tried.add(function["name"])
    allowed = set(WITHOUT_OWNER) if colleague.role == "admin" else others & set(WITHOUT_OWNER)
    assert others == allowed, "a new function of staff: call identity.refuse_own_account, or give its reason here"
    assert {"confirm_payment", "settle_refund", "unlock_wallet", "decide_credit_change"} <= tried
    assert ("approve_merchant" in tried) == (colleague.role == "admin")
    assert await books(shop) == before


async def test_the_refusal_of_a_rejection_too(colleague: Colleague) -> None:
    with refused("own_account_refused"):
        await colleague.does("decide_credit_change", change_id=colleague.own["change_id"], decision="reject")


async def test_the_same_is_allowed_to_a_colleague(shop: Shop, colleague: Colleague) -> None:
    other = await hire(shop, colleague.role)
    own = colleague.own
    paid = await other.does("confirm_payment", payment_id=own["payment_id"])
    assert paid["status"] == "completed"
    assert (await other.does("approve_return", return_id=own["return_id"]))["status"] == "approved"
    given = {"payout_id": own["payout_id"], "failure_code": "account_closed"}
    assert (await other.does("reject_payout", **given))["status"] == "failed"
    assert (await other.does("explain_difference", difference_id=own["difference_id"], reason="x"))["reason"] == "x"


async def test_customers_functions_stay_their_own(shop: Shop, colleague: Colleague) -> None:
    items = [{"product_id": await shop.product(), "quantity": 1}]
    order = await colleague.does("create_order", items=items)
    with refused("own_account_refused"):
        await colleague.does("cancel_any_order", order_id=order["id"])
    assert (await colleague.does("cancel_order", order_id=order["id"]))["status"] == "cancelled"


@pytest.mark.parametrize("role", ["support", "admin"])
async def test_a_deposit_of_ones_own(shop: Shop, role: str) -> None:
    """One person on both sides of the desk, who confirms their own deposit of 10,000.00 by bank transfer."""
    dishonest = Colleague(shop, role, "", await shop.account(role), {})
    deposit = (await dishonest.does("begin_deposit", amount=1_000_000, currency="USD", provider="bank_transfer"))[
        "payment"
    ]
    with refused("own_account_refused", "SH403") as refusal:
        await dishonest.does("confirm_payment", payment_id=deposit["id"])
    assert str(refusal.error) == "You cannot do this for your own account.\nHINT:  Ask a colleague."
    assert (await dishonest.does("get_wallet"))["balances"] in ([], [
        {"currency": "USD", "balance": 0, "held": 0, "available": 0}
    ])  # fmt: skip


async def test_who_sells_does_not_say_that_it_is_paid(shop: Shop) -> None:
    """An admin may sell: a friend orders, and pays by a word of the seller; or a hold on it is released by them."""
    seller = Colleague(shop, "admin", "", await shop.account("admin"), {})
    lamp = await seller.does(
        "create_product", name="Lamp", description="", sku=uuid.uuid4().hex[:12], price=9000, currency="USD", stock=9
    )
    friend = await shop.account()
    order = await shop.order(friend, lamp["id"])
    answer = await shop.call(
        "web_customer", "begin_payment", token=friend, order_id=order["id"], provider="bank_transfer"
    )
    with refused("own_account_refused"):
        await seller.does("confirm_payment", payment_id=answer["payment"]["id"])
    await shop.call("web_support", "confirm_payment", token=shop.support, payment_id=answer["payment"]["id"])
    await shop.call("web_support", "hold_order", token=shop.support, order_id=order["id"], reason="odd")
    with refused("own_account_refused"):
        await seller.does("release_order", order_id=order["id"], reason="it is fine")
    await shop.call("web_support", "release_order", token=shop.support, order_id=order["id"], reason="it is fine")
    assert (await seller.does("ship_order", order_id=order["id"]))["status"] == "shipped"
