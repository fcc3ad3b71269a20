"""From a guest to an account: the cart at the log-in, everything at the sign-up, orders by a verified e-mail."""

from __future__ import annotations

import uuid
from typing import Any

from tests.identity.guests.conftest import NewGuest, SignUp
from tests.payments.conftest import Shop
from tests.support.connections import refused


async def quantities(person: Any) -> dict[str, int]:
    return {item["product_id"]: item["quantity"] for item in (await person.does("get_cart"))["items"]}


async def test_a_new_account_takes_over_everything(shop: Shop, guest: NewGuest, sign_up: SignUp) -> None:
    lamp, vase, ada = await shop.product(), await shop.product(), await guest()
    order = await ada.order(lamp)
    await ada.pays(order)
    await ada.does("add_cart_item", product_id=vase, quantity=3)
    person = await sign_up(guest_token=ada.token)
    assert person.account["role"] == "customer"
    assert await quantities(person) == {vase: 3}
    assert [o["id"] for o in (await person.does("list_orders"))["data"]] == [order["id"]]
    assert (await person.does("list_order_events", order_id=order["id"]))["data"]
    with refused("session_revoked"):
        await ada.does("get_cart")
    with refused("refresh_token_invalid"):
        await shop.call("web_anonymous", "refresh_session", refresh_token=ada.session["refresh_token"])
    with refused("guest_token_invalid", "SH422"):
        await sign_up(guest_token=ada.token)


async def test_a_log_in_adds_the_cart(shop: Shop, guest: NewGuest, sign_up: SignUp) -> None:
    lamp, vase, rare = await shop.product(), await shop.product(), await shop.product(stock=4)
    person, ada = await sign_up(), await guest()
    await person.does("add_cart_item", product_id=lamp, quantity=1)
    await person.does("add_cart_item", product_id=rare, quantity=2)
    for product, quantity in ((lamp, 2), (vase, 1), (rare, 3)):
        await ada.does("add_cart_item", product_id=product, quantity=quantity)
    order = await ada.order(lamp)
    await person.log_in(guest_token=ada.token)
    assert await quantities(person) == {lamp: 3, vase: 1, rare: 4}, "added, and limited by the stock"
    assert (await person.does("list_orders"))["data"] == []
    assert (await ada.does("get_order", order_id=order["id"]))["id"] == order["id"], "the guest keeps the order"
    await person.log_in(guest_token=ada.token)
    assert await quantities(person) == {lamp: 3, vase: 1, rare: 4}, "once"


async def test_only_a_guests_own_token(shop: Shop, sign_up: SignUp, guest: NewGuest) -> None:
    person, ada = await sign_up(), await guest()
    for token in (person.token, "x", "a.b.c", ada.token[:-2], await shop.account()):
        with refused("guest_token_invalid", "SH422"):
            await person.log_in(guest_token=token)
        with refused("guest_token_invalid", "SH422"):
            await sign_up(guest_token=token)


async def test_a_guest_is_not_promoted(shop: Shop, guest: NewGuest, sign_up: SignUp) -> None:
    ada, person, admin = await guest(), await sign_up(), await shop.account("admin")
    for account, role in ((str(ada.id), "admin"), (str(ada.id), "customer"), (person.account["id"], "guest")):
        with refused("guest_role_refused", "SH422"):
            await shop.call("web_admin", "change_account", token=admin, account_id=account, role=role)


# Every table that repeats whose an order is, and how its rows lead to the order.
FOLLOWS = {
    "sales.order_items": "t.order_id", "sales.promotion_uses": "t.order_id", "payments.payments": "t.order_id",
    "payments.refunds": "t.order_id", "fulfilment.shipments": "t.order_id", "fulfilment.returns": "t.order_id",
    "billing.invoices": "t.order_id", "messaging.events": "t.order_id",
    "sales.order_item_components": "(SELECT x.order_id FROM sales.order_items x WHERE x.id = t.order_item_id)",
    "payments.refund_items": "(SELECT x.order_id FROM payments.refunds x WHERE x.id = t.refund_id)",
    "payments.bank_transfers": "(SELECT x.order_id FROM payments.payments x WHERE x.id = t.payment_id)",
    "fulfilment.shipment_items": "(SELECT x.order_id FROM fulfilment.shipments x WHERE x.id = t.shipment_id)",
    "fulfilment.return_items": "(SELECT x.order_id FROM fulfilment.returns x WHERE x.id = t.return_id)",
    "fulfilment.return_refunds": "(SELECT x.order_id FROM fulfilment.returns x WHERE x.id = t.return_id)",
    "billing.invoice_items": "(SELECT x.order_id FROM billing.invoices x WHERE x.id = t.invoice_id)",
    "billing.invoice_shipping": "(SELECT x.order_id FROM billing.invoices x WHERE x.id = t.invoice_id)",
    "billing.invoice_taxes": "(SELECT x.order_id FROM billing.invoices x WHERE x.id = t.invoice_id)",
    "billing.invoice_files": "(SELECT x.order_id FROM billing.invoices x WHERE x.id = t.invoice_id)",
}  # fmt: skip


async def test_orders_are_claimed_by_a_verified_email(shop: Shop, guest: NewGuest, sign_up: SignUp) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    ada, eve, lamp = await guest(), await guest(), await shop.product()
    order, other = await ada.order(lamp, 2, email=email.upper()), await eve.order(lamp)
    await ada.pays(order)
    await shop.admin.execute("SELECT billing.issue_invoice($1)", uuid.UUID(order["id"]))
    parcel = {"carrier": "dhl", "tracking_number": "T1", "order_id": order["id"]}
    await shop.call("web_support", "create_shipment", token=shop.support, **parcel)
    person = await sign_up(email)
    with refused("email_not_verified", "SH403"):
        await person.does("claim_orders")
    await shop.admin.execute("UPDATE identity.accounts SET email_verified = true WHERE email = $1", email)
    assert [o["id"] for o in (await person.does("claim_orders"))["data"]] == [order["id"]]
    assert (await person.does("claim_orders")) == {"data": [], "next_cursor": None}
    assert (await person.does("get_invoice", order_id=order["id"]))["order_id"] == order["id"]
    events = (await person.does("list_order_events", order_id=order["id"]))["data"]
    assert {"order.created", "order.paid", "order.claimed"} <= {event["type"] for event in events}
    with refused("order_not_found"):
        await ada.does("get_order", order_id=order["id"])
    assert (await eve.does("get_order", order_id=other["id"]))["id"] == other["id"]
    for table, place in FOLLOWS.items():
        stray = f"SELECT count(*) FROM {table} AS t WHERE {place} = $1 AND t.account_id <> $2"
        if table == "messaging.events":
            stray += " AND t.account_id = (SELECT id FROM identity.accounts WHERE role = 'guest' AND id = t.account_id)"
        owner = uuid.UUID(person.account["id"])
        assert await shop.admin.fetchval(stray, uuid.UUID(order["id"]), owner) == 0, table
    with refused("append_only", "SH409"):
        await shop.admin.execute("UPDATE billing.invoices SET account_id = $1", ada.id)
    await shop.assert_books_balance()


async def test_every_table_that_follows_an_order_is_known(shop: Shop) -> None:
    found = await shop.admin.fetch("""
        SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname IN ('sales', 'payments', 'fulfilment', 'billing')
          AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'account_id')
    """)
    apart = {"sales.orders", "sales.carts", "sales.cart_items", "payments.payouts", "payments.bank_accounts",
             "payments.dispute_holds"}  # fmt: skip
    assert {row["name"] for row in found} - apart == FOLLOWS.keys() - {"messaging.events"}
