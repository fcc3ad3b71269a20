"""Promotions: what they take off, why not, and never more often than they may."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, SignUp, expire, line
from tests.sales.pricing.conftest import Make, bundle_line
from tests.support.connections import refused

LATER = (datetime.now(UTC) + timedelta(days=1)).isoformat()


async def uses(shop: Shop, promotion: dict[str, Any]) -> int:
    seen = await shop.call("web_support", "get_promotion", token=shop.support, promotion_id=promotion["id"])
    return int(seen["uses"])


@pytest.mark.parametrize(
    ("given", "discount"),
    [
        ({"basis_points": 1000}, 233),  # 10 % of 2,332 is 233.2
        ({"basis_points": 1250}, 292),  # 291.5, rounded half up
        ({"basis_points": 10000}, 2332),
        ({"basis_points": 5000, "cap": 500, "currency": "USD"}, 500),
        ({"kind": "fixed", "amount": 1000, "currency": "USD"}, 1000),
        ({"kind": "fixed", "amount": 9999, "currency": "USD"}, 2332),
        ({"minimum": 2332, "currency": "USD"}, 233),
    ],
)
async def test_what_it_takes_off_is_spread_over_the_lines(
    shop: Shop, buyer: Buyer, promotion: Make, given: dict[str, Any], discount: int
) -> None:
    lamp, cup = await shop.product(333), await shop.product(500)
    made = await promotion(**given)
    said = await buyer.does("validate_promotion", code=made["code"].lower(), items=[line(lamp, 4), line(cup, 2)])
    assert (said["valid"], said["discount"], said["reason"]) == (True, discount, None)
    order = await buyer.order(line(lamp, 4), line(cup, 2), promo_code=made["code"].lower())
    assert (order["subtotal"], order["discount"], order["total"]) == (2332, discount, 2332 - discount)
    assert order["promo_code"] == made["code"]
    assert sum(item["discount"] for item in order["items"]) == discount
    for item in order["items"]:
        share = discount * item["unit_price"] * item["quantity"] / 2332
        assert abs(item["discount"] - share) <= 1
    assert order["status"] == ("paid" if discount == 2332 else "pending")
    assert await uses(shop, made) == 1


async def test_it_is_for_what_it_lists(
    shop: Shop, buyer: Buyer, administrator: str, promotion: Make, bundle: Make
) -> None:
    home = await shop.call("web_admin", "create_category", token=administrator, slug=uuid.uuid4().hex, name="Home")
    lamps = await shop.call(
        "web_admin", "create_category", token=administrator, slug=uuid.uuid4().hex, name="Lamps", parent_id=home["id"]
    )
    lamp, cup, desk = await shop.product(300), await shop.product(500), await shop.product(1000)
    await shop.call("web_merchant", "update_product", token=shop.merchant, product_id=lamp, category_id=lamps["id"])
    made = await promotion(product_ids=[cup], category_ids=[home["id"]], basis_points=5000)
    order = await buyer.order(line(lamp), line(cup), line(desk), promo_code=made["code"])
    assert {i["product_id"]: i["discount"] for i in order["items"]} == {lamp: 150, cup: 250, desk: 0}
    with refused("promo_not_applicable", "SH422"):
        await buyer.order(line(desk), promo_code=made["code"])
    # A bundle is listed by itself, or not at all.
    offer = await bundle((lamp, 1), (desk, 1), price=1100)
    with refused("promo_not_applicable", "SH422"):
        await buyer.order(bundle_line(offer), promo_code=made["code"])
    for_it = await promotion(product_ids=[offer])
    assert (await buyer.order(bundle_line(offer), promo_code=for_it["code"]))["discount"] == 110


async def test_why_not(shop: Shop, buyer: Buyer, promotion: Make) -> None:
    lamp = await shop.product(300, 100)
    once = await promotion(uses_per_account=1)
    await buyer.order(line(lamp), promo_code=once["code"])
    gone = await promotion(total_uses=1)
    await buyer.order(line(lamp), promo_code=gone["code"])
    disabled = await promotion()
    await shop.call("web_support", "disable_promotion", token=shop.support, promotion_id=disabled["id"])
    over = await promotion()
    await shop.admin.execute(
        "UPDATE sales.promotions SET valid_from = now() - interval '2 days', valid_until = now() WHERE id = $1",
        uuid.UUID(over["id"]),
    )
    for code, reason, state in (
        ("NOSUCHCODE", "promo_code_unknown", "SH422"),
        (disabled["code"], "promo_code_unknown", "SH422"),
        (once["code"], "promo_used_by_account", "SH409"),
        (gone["code"], "promo_used_up", "SH409"),
        (over["code"], "promo_expired", "SH422"),
        ((await promotion(valid_from=LATER))["code"], "promo_not_yet_valid", "SH422"),
        ((await promotion(kind="fixed", amount=1, currency="EUR"))["code"], "promo_other_currency", "SH422"),
        ((await promotion(minimum=301, currency="USD"))["code"], "promo_minimum_not_reached", "SH422"),
        ((await promotion(product_ids=[await shop.product()]))["code"], "promo_not_applicable", "SH422"),
    ):
        said = await buyer.does("validate_promotion", code=code, items=[line(lamp)])
        assert (said["valid"], said["discount"], said["reason"]) == (False, 0, reason)
        assert said["detail"].endswith(".")
        with refused(reason, state) as refusal:
            await buyer.order(line(lamp), promo_code=code)
        assert refusal.error.message == said["detail"]
    assert (await shop.stock(lamp))[1] == 2


async def test_several_codes_where_each_may_be_combined(shop: Shop, buyer: Buyer, promotion: Make) -> None:
    lamp = await shop.product(1000)
    a, b = await promotion(stackable=True), await promotion(kind="fixed", amount=100, currency="USD", stackable=True)
    alone = await promotion()
    order = await buyer.order(line(lamp), promo_code=f"{a['code']}, {b['code'].lower()},{a['code']}")
    assert (order["discount"], order["promo_code"]) == (200, f"{a['code']},{b['code']}")
    # The second takes a tenth of what the first has left.
    assert (await buyer.order(line(lamp), promo_code=f"{b['code']},{a['code']}"))["discount"] == 190
    with refused("promo_not_stackable", "SH422"):
        await buyer.order(line(lamp), promo_code=f"{a['code']},{alone['code']}")
    assert (await uses(shop, a), await uses(shop, b), await uses(shop, alone)) == (2, 2, 0)


async def test_removing_a_line_looks_again(shop: Shop, buyer: Buyer, promotion: Make) -> None:
    lamp, cup = await shop.product(1000), await shop.product(500)
    made = await promotion(minimum=1500, currency="USD", basis_points=1000)
    order = await buyer.order(line(lamp), line(cup), promo_code=made["code"])
    assert order["discount"] == 150
    order = await buyer.modify(order, line(cup, 0))
    assert (order["discount"], order["total"]) == (0, 1000)
    order = await buyer.modify(order, line(lamp, 3))
    assert (order["discount"], order["total"]) == (300, 2700)
    assert await uses(shop, made) == 1


@pytest.mark.parametrize("how", ["cancel", "expire", "cancel after payment"])
async def test_a_cancelled_order_gives_its_use_back(shop: Shop, buyer: Buyer, promotion: Make, how: str) -> None:
    lamp = await shop.product(1000)
    made = await promotion(total_uses=1, uses_per_account=1)
    order = await buyer.order(line(lamp), promo_code=made["code"])
    if how == "expire":
        await expire(shop, order)
        await shop.call("web_worker", "expire_orders")
    else:
        if how == "cancel after payment":
            await buyer.pay(order)
        await buyer.does("cancel_order", order_id=order["id"])
    assert await uses(shop, made) == 0
    await buyer.order(line(lamp), promo_code=made["code"])
    assert await uses(shop, made) == 1


@pytest.mark.parametrize("free", [True, False])
async def test_an_expired_order_that_is_paid_takes_its_use_again(
    shop: Shop, buyer: Buyer, other: Buyer, promotion: Make, free: bool
) -> None:
    lamp = await shop.product(1000)
    made = await promotion(total_uses=1)
    order = await buyer.order(line(lamp), promo_code=made["code"])
    payment = await shop.begin(buyer.token, order)
    await expire(shop, order)
    await shop.call("web_worker", "expire_orders")
    if not free:
        await other.order(line(lamp), promo_code=made["code"])
    await shop.event(payment, "completed")
    seen = await shop.see(payment)
    assert (seen["order_status"], seen["amount_refunded"]) == (("paid", 0) if free else ("cancelled", 900))
    assert await uses(shop, made) == 1


async def test_a_hundred_buyers_for_a_code_with_ten_uses(shop: Shop, sign_up: SignUp, promotion: Make) -> None:
    # A product each: buyers of one product wait for its stock, and would not meet at the promotion.
    lamps = [await shop.product(1000) for _ in range(100)]
    made = await promotion(total_uses=10)
    buyers = [await sign_up() for _ in range(100)]
    answers = await asyncio.gather(
        *(b.order(line(lamp), promo_code=made["code"]) for b, lamp in zip(buyers, lamps, strict=True)),
        return_exceptions=True,
    )
    codes = Counter(getattr(answer, "constraint_name", "ok") for answer in answers)
    assert codes == {"ok": 10, "promo_used_up": 90}
    assert await uses(shop, made) == 10
    assert sum([(await shop.stock(lamp))[1] for lamp in lamps]) == 10


async def test_one_account_in_thirty_tabs(shop: Shop, sign_up: SignUp, promotion: Make) -> None:
    lamps = [await shop.product(1000) for _ in range(30)]
    made = await promotion(uses_per_account=2)
    buyer = await sign_up()
    answers = await asyncio.gather(
        *(buyer.order(line(lamp), promo_code=made["code"]) for lamp in lamps), return_exceptions=True
    )
    codes = Counter(getattr(answer, "constraint_name", "ok") for answer in answers)
    assert codes == {"ok": 2, "promo_used_by_account": 28}


async def test_a_promotion_is_edited(shop: Shop, buyer: Buyer, promotion: Make) -> None:
    lamp = await shop.product(1000)
    made = await promotion()
    for _ in range(3):
        await buyer.order(line(lamp), promo_code=made["code"])

    async def change(**given: Any) -> Any:
        given = {"promotion_id": made["id"], "given": list(given), **given}
        return await shop.call("web_support", "update_promotion", token=shop.support, **given)

    with refused("promo_used_up", "23514"):
        await change(total_uses=2)
    changed = await change(total_uses=3, name="Winter")
    assert (changed["uses"], changed["total_uses"], changed["name"]) == (3, 3, "Winter")
    with refused("promo_used_up", "SH409"):
        await buyer.order(line(lamp), promo_code=made["code"])
    await change(total_uses=None)
    await buyer.order(line(lamp), promo_code=made["code"])
    with refused("version_stale", "SH412"):
        await change(name="x", if_match=1)


async def test_what_a_promotion_cannot_be(shop: Shop, buyer: Buyer, promotion: Make) -> None:
    made = await promotion()
    for given, code in (
        ({"code": made["code"].lower()}, "promo_code_taken"),
        ({"kind": "fixed"}, "promotion_kind_incomplete"),
        ({"amount": 5, "currency": "USD"}, "promotion_kind_incomplete"),
        ({"minimum": 5}, "promotion_needs_currency"),
        ({"valid_from": LATER, "valid_until": datetime.now(UTC).isoformat()}, "promotion_period_empty"),
    ):
        with refused(code):
            await promotion(**given)
    with pytest.raises(Exception, match="permission denied"):
        await buyer.does("create_promotion", code="MINE", name="x", kind="percentage", basis_points=10000)
