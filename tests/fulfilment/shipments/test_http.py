"""Parcels and returns as a client sees them: the real web tier, a real worker, the mock carrier."""

from __future__ import annotations

import asyncio
from typing import Any

from api.settings import Settings
from api.worker.loop import Worker
from tests.fulfilment.shipments.conftest import Sender
from tests.payments.conftest import Shop


async def test_a_credit_purchase_is_sent_delivered_and_comes_back(
    shop: Shop, buyer: Sender, client: Any, settings: Settings
) -> None:
    lamp = await shop.product(500, 10)
    await buyer.credit(2000)
    address = await buyer.to("1207")
    lines = {"items": [{"product_id": lamp, "quantity": 2}], "shipping_address_id": address}
    order = (await client.post("/orders", token=buyer.token, json=lines)).json()

    worker = Worker(settings)
    running = asyncio.create_task(worker.run())
    try:
        begun = await client.post(
            f"/orders/{order['id']}/payments", token=buyer.token, json={"provider": "credit"}, key="1"
        )
        assert (begun.status_code, begun.json()["payment"]["status"]) == (201, "authorized")
        paid = "SELECT status = 'paid' FROM sales.orders WHERE id = $1::text::uuid"
        await shop.until(paid, order["id"])
    finally:
        worker.stop()
        await asyncio.wait_for(running, 60)
    parcels = (await client.get(f"/orders/{order['id']}/shipments", token=buyer.token)).json()
    assert parcels["next_cursor"] is None
    parcel = parcels["data"][0]
    assert (parcel["status"], parcel["carrier"], parcel["address"]["city"]) == ("label_created", "mock", "Dhaka")
    assert parcel["tracking_number"].startswith("MOCK")

    seen = await client.get(f"/shipments/{parcel['id']}", token=buyer.token)
    assert seen.json() == parcel
    assert seen.headers["etag"].startswith(f'"{parcel["version"]}-')
    stale = await client.patch(
        f"/shipments/{parcel['id']}", token=shop.support, json={"status": "in_transit"}, if_match=parcel["version"] - 1
    )
    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    for status in ("in_transit", "delivered"):
        answer = await client.patch(
            f"/shipments/{parcel['id']}", token=shop.support, json={"status": status}, if_match=parcel["version"]
        )
        assert answer.status_code == 200, answer.text
        parcel = answer.json()
    assert (await client.get(f"/orders/{order['id']}", token=buyer.token)).json()["status"] == "delivered"
    more = await client.post(f"/admin/orders/{order['id']}/shipments", token=shop.support, json={})
    assert (more.status_code, more.json()["code"]) == (409, "nothing_to_ship")

    piece = {"order_item_id": order["items"][0]["id"], "quantity": 1}
    asked = {"items": [piece], "reason": "too bright"}
    back = await client.post(f"/orders/{order['id']}/returns", token=buyer.token, json=asked, key="2")
    again = await client.post(f"/orders/{order['id']}/returns", token=buyer.token, json=asked, key="2")
    assert (back.status_code, again.json()) == (201, back.json())
    waiting = await client.get("/admin/returns", token=shop.support, params={"status": "requested"})
    assert [r["id"] for r in waiting.json()["data"]] == [back.json()["id"]]
    for verb, given in (("approve", {}), ("receive", {"items": [piece | {"quantity": 1}], "restock": True})):
        done = await client.post(f"/returns/{back.json()['id']}/{verb}", token=shop.support, json=given)
        assert done.status_code == 200, done.text
    assert (done.json()["status"], done.json()["amount"]) == ("refunded", 500)
    refused = await client.post(f"/returns/{back.json()['id']}/reject", token=shop.support, json={"reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "return_transition_refused")
    credit = (await client.get("/account/credit", token=buyer.token)).json()["balances"][0]
    assert (credit["balance"], credit["held"], await shop.stock(lamp)) == (1500, 0, (9, 0))
    assert (await client.get(f"/orders/{order['id']}/returns", token=buyer.token)).json()["data"] == [done.json()]
