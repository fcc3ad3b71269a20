"""Guests who left: removed by the worker, their data erased; what the books need stays."""

from __future__ import annotations

import uuid

from tests.identity.guests.conftest import NewGuest
from tests.payments.conftest import Shop

AGE = """
    WITH aged AS (UPDATE identity.accounts SET created_at = created_at - $2::text::interval WHERE id = $1)
    UPDATE sales.orders SET created_at = created_at - $2::text::interval WHERE account_id = $1
"""


async def remains(shop: Shop, *guests: uuid.UUID) -> list[str | None]:
    found = await shop.admin.fetch("SELECT id, status FROM identity.accounts WHERE id = ANY ($1)", guests)
    statuses = {row["id"]: row["status"] for row in found}
    return [statuses.get(guest) for guest in guests]


async def test_the_worker_removes_guests(shop: Shop, guest: NewGuest) -> None:
    lamp = await shop.product()
    fresh, gone, buyer, open_one = [await guest("192.0.2.1") for _ in range(4)]
    await gone.does("add_cart_item", product_id=lamp, quantity=1)
    order = await buyer.order(lamp)
    await buyer.pays(order)
    unfinished = await open_one.order(lamp)
    await open_one.pays(unfinished)
    for person in (gone, buyer, open_one):
        await shop.admin.execute(AGE, person.id, "31 days")
    ids = [person.id for person in (fresh, gone, buyer, open_one)]
    assert await shop.call("web_worker", "purge_guests") == 1
    assert await remains(shop, *ids) == ["active", None, "active", "active"]

    for step in ("ship_order", "deliver_order"):
        await shop.call("web_support", step, token=shop.support, order_id=order["id"])
    for person in (buyer, open_one):
        await shop.admin.execute(AGE, person.id, "366 days")
    assert await shop.call("web_worker", "purge_guests") == 1
    assert await shop.call("web_worker", "purge_guests") == 0
    assert await remains(shop, *ids) == ["active", None, "closed", "active"]
    kept = "SELECT email, shipping_address::text, total FROM sales.orders WHERE id = $1"
    row = await shop.admin.fetchrow(kept, uuid.UUID(order["id"]))
    assert (row["email"], row["shipping_address"], row["total"]) == (None, '{"country": "FR"}', order["total"])
    for table in ("audit.changes", "messaging.events", "sales.orders"):
        traces = f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%' || $1 || '%'"
        assert await shop.admin.fetchval(traces, f"{buyer.id}@example.com") == 0, table
    assert await shop.admin.fetchval("SELECT count(*) FROM sales.guest_networks WHERE order_id = $1",
                                     uuid.UUID(order["id"])) == 0  # fmt: skip
    await shop.assert_books_balance()
