"""Several attempts share one order: it is paid once, whatever they do, and nobody's money is lost."""

from __future__ import annotations

import asyncio
import uuid

import asyncpg
import pytest

from tests.payments.conftest import Shop, reference
from tests.support.connections import refused


async def jobs(shop: Shop, kind: str, name: str, value: str) -> int:
    question = "SELECT count(*) FROM messaging.outbox WHERE kind = $1 AND payload ->> $2 = $3"
    count: int = await shop.admin.fetchval(question, kind, name, value)
    return count


async def test_the_first_of_two_attempts_pays_and_the_second_is_refunded(shop: Shop, customer: str) -> None:
    order = await shop.order(customer, await shop.product())
    first, second, third = [await shop.begin(customer, order) for _ in range(3)]
    await shop.open(second)
    assert await shop.event(first, "completed") == "applied"
    assert (await shop.see(second))["status"] == "cancelled"
    assert (await shop.see(third))["status"] == "cancelled"
    # Now, and once more a day later.
    assert await jobs(shop, "close_checkout", "payment_id", second["id"]) == 2

    assert await shop.event(second, "completed") == "applied"
    seen = await shop.see(second)
    assert (seen["status"], seen["amount_captured"], seen["amount_applied"], seen["amount_refunded"]) == (
        "completed",
        1000,
        0,
        1000,
    )
    assert seen["refunds"] == [["pending", 1000, 0, "duplicate_payment"]]
    assert (seen["order_status"], seen["amount_paid"], seen["order_refunded"]) == ("paid", 1000, 0)
    await shop.assert_books_balance()


async def test_attempts_that_succeed_at_the_same_moment_pay_once(shop: Shop, customer: str) -> None:
    lamp = await shop.product()
    for _ in range(10):
        order = await shop.order(customer, lamp)
        attempts = [await shop.begin(customer, order) for _ in range(4)]
        assert await asyncio.gather(*(shop.event(p, "completed") for p in attempts)) == ["applied"] * 4
        seen = [await shop.see(p) for p in attempts]
        assert sorted(s["amount_applied"] for s in seen) == [0, 0, 0, 1000]
        assert sorted(s["amount_refunded"] for s in seen) == [0, 1000, 1000, 1000]
    assert await shop.stock(lamp) == (1_000_000 - 20, 0)
    await shop.assert_books_balance()


async def test_parts_pay_an_order_together_and_what_is_too_much_goes_back(shop: Shop, customer: str) -> None:
    order = await shop.order(customer, await shop.product())
    part, all_of_it = await shop.begin(customer, order, 300), await shop.begin(customer, order)
    await shop.event(part, "completed")
    assert (await shop.see(part))["order_status"] == "pending"
    rest = await shop.begin(customer, order)
    assert rest["amount"] == 700
    with refused("amount_above_due", "SH422") as refusal:
        await shop.begin(customer, order, 701)
    assert refusal.detail == {"due": 700}

    await shop.event(all_of_it, "completed")
    seen = await shop.see(all_of_it)
    assert (seen["order_status"], seen["amount_paid"], seen["amount_applied"]) == ("paid", 1000, 700)
    assert seen["refunds"] == [["pending", 300, 0, "duplicate_payment"]]
    assert [t[0] for t in seen["transfers"]] == ["payment", "unapplied"]
    assert (await shop.see(rest))["status"] == "cancelled"
    await shop.assert_books_balance()


async def test_money_for_a_cancelled_order_goes_back(shop: Shop, customer: str) -> None:
    lamp = await shop.product(stock=5)
    order = await shop.order(customer, lamp)
    payment = await shop.begin(customer, order)
    await shop.call("web_customer", "cancel_order", token=customer, order_id=order["id"])
    assert (await shop.see(payment))["status"] == "cancelled"
    await shop.event(payment, "completed")
    seen = await shop.see(payment)
    assert (seen["status"], seen["order_status"], seen["amount_applied"]) == ("completed", "cancelled", 0)
    assert seen["refunds"] == [["pending", 1000, 0, "order_not_payable"]]
    assert await shop.stock(lamp) == (5, 0)
    await shop.assert_books_balance()


async def test_money_for_an_expired_order_pays_it_while_its_goods_are_there(shop: Shop, customer: str) -> None:
    lamp = await shop.product(stock=4)
    orders = [await shop.order(customer, lamp) for _ in range(2)]
    attempts = [await shop.begin(customer, order) for order in orders]
    for order in orders:
        await shop.admin.execute("UPDATE sales.orders SET expires_at = now() WHERE id = $1", uuid.UUID(order["id"]))
    assert await shop.call("web_worker", "expire_orders") == 2
    assert await shop.stock(lamp) == (4, 0)
    # Somebody else takes one piece: there is enough for one of the two orders.
    await shop.order(customer, lamp, 1)
    for payment in attempts:
        assert await shop.event(payment, "completed") == "applied"
    first, second = [await shop.see(payment) for payment in attempts]
    assert (first["order_status"], first["amount_paid"], first["refunds"]) == ("paid", 1000, [])
    assert (second["order_status"], second["amount_paid"]) == ("cancelled", 0)
    assert second["refunds"] == [["pending", 1000, 0, "order_not_payable"]]
    assert await shop.stock(lamp) == (2, 1)
    await shop.assert_books_balance()


async def test_a_word_of_a_person_is_no_state_of_the_order(shop: Shop, customer: str) -> None:
    order = await shop.order(customer, await shop.product())
    payment = await shop.begin(customer, order)
    cancelled = await shop.call("web_customer", "cancel_order", token=customer, order_id=order["id"], reason="expired")
    assert cancelled["status"] == "cancelled"
    await shop.event(payment, "completed")
    seen = await shop.see(payment)
    assert (seen["order_status"], seen["refunds"]) == ("cancelled", [["pending", 1000, 0, "order_not_payable"]])
    await shop.assert_books_balance()


async def test_a_part_of_the_money_for_an_expired_order_goes_back(shop: Shop, customer: str) -> None:
    order = await shop.order(customer, await shop.product())
    payment = await shop.begin(customer, order, 300)
    await shop.admin.execute(
        "UPDATE sales.orders SET expires_at = now() - interval '1 s' WHERE id = $1", uuid.UUID(order["id"])
    )
    assert await shop.call("web_worker", "expire_orders") == 1
    await shop.event(payment, "completed")
    assert (await shop.see(payment))["refunds"] == [["pending", 300, 0, "order_not_payable"]]
    await shop.assert_books_balance()


async def test_a_payment_that_ran_out_of_time_still_pays_an_order_that_waits(shop: Shop, customer: str) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    await shop.open(payment)
    await shop.admin.execute(
        "UPDATE payments.payments SET expires_at = now() - interval '1 s' WHERE id = $1", uuid.UUID(payment["id"])
    )
    assert await shop.call("web_worker", "expire_payments") == 1
    assert (await shop.see(payment))["status"] == "expired"
    assert await jobs(shop, "close_checkout", "payment_id", payment["id"]) == 2
    await shop.event(payment, "completed")
    assert (await shop.see(payment))["order_status"] == "paid"


async def test_a_failed_payment_leaves_the_order_to_try_again(shop: Shop, customer: str) -> None:
    order = await shop.order(customer, await shop.product())
    payment = await shop.begin(customer, order)
    await shop.event(payment, "failed", failure_code="insufficient_funds")
    seen = await shop.call("web_customer", "get_payment", token=customer, payment_id=payment["id"])
    assert (seen["status"], seen["failure_code"]) == ("failed", "insufficient_funds")
    await shop.event(await shop.begin(customer, order), "completed")
    assert (await shop.see(payment))["order_status"] == "paid"


async def test_cancelling_and_paying_at_the_same_moment_loses_nothing(shop: Shop, customer: str) -> None:
    lamp = await shop.product(stock=100)
    ends = set()
    for _ in range(25):
        order = await shop.order(customer, lamp)
        payment = await shop.begin(customer, order)
        await asyncio.gather(
            shop.event(payment, "completed"),
            shop.call("web_customer", "cancel_order", token=customer, order_id=order["id"]),
            shop.call("web_customer", "cancel_payment", token=customer, payment_id=payment["id"]),
            return_exceptions=True,
        )
        seen = await shop.see(payment)
        assert (seen["status"], seen["order_status"], seen["amount_refunded"]) == ("completed", "cancelled", 1000)
        ends.add(seen["refunds"][0][3])
    assert ends <= {"order_cancelled", "order_not_payable"}
    assert await shop.stock(lamp) == (100, 0)
    await shop.assert_books_balance()


async def test_who_may_begin_a_payment(shop: Shop, customer: str) -> None:
    order = await shop.order(customer, await shop.product())
    stranger = await shop.account()
    with refused("order_not_found", "SH404"):
        await shop.begin(stranger, order)
    for provider, code in (
        ("paypal", "provider_not_available"),
        ("", "provider_malformed"),
        ("MOCK", "provider_malformed"),
    ):
        with refused(code):
            await shop.call("web_customer", "begin_payment", token=customer, order_id=order["id"], provider=provider)
    for amount in (0, -1, 10**13):
        with pytest.raises(asyncpg.CheckViolationError) as error:
            await shop.begin(customer, order, amount)
        assert error.value.data_type_name == "amount"
    await shop.event(await shop.begin(customer, order), "completed")
    with refused("order_not_payable", "SH409"):
        await shop.begin(customer, order)


async def test_the_mock_is_not_offered_in_production(
    shop: Shop, customer: str, connect: object, access: object
) -> None:
    order = await shop.order(customer, await shop.product())
    connection = await connect("web_customer")  # type: ignore[operator]
    await connection.execute(f"SET app.token = '{customer}'")
    await shop.admin.execute("SELECT identity.set_environment('production')")
    try:
        with refused("provider_not_available", "SH422"):
            await connection.fetch("SELECT api.begin_payment($1, 'mock')", uuid.UUID(order["id"]))
    finally:
        await shop.admin.execute("SELECT identity.set_environment('development')")


async def test_outside_ids_are_masked_and_the_address_is_the_owners(shop: Shop, customer: str) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    assert (payment["provider_reference"], payment["checkout_url"], payment["status"]) == (None, None, "initiated")
    opened = await shop.open(payment)
    assert opened["checkout_url"] == opened["payment"]["checkout_url"] == "https://shop.example/pay"
    assert opened["payment"]["provider_reference"] == "••••" + reference(payment)[-4:]
    own = await shop.call("web_customer", "get_payment", token=customer, payment_id=payment["id"])
    assert own["checkout_url"] == "https://shop.example/pay"
    staff = await shop.call("web_support", "get_payment", token=shop.support, payment_id=payment["id"])
    assert (staff["provider_reference"], staff["checkout_url"]) == ("••••" + reference(payment)[-4:], None)
    stranger = await shop.account()
    with refused("payment_not_found", "SH404"):
        await shop.call("web_customer", "get_payment", token=stranger, payment_id=payment["id"])
    with refused("order_not_found", "SH404"):
        await shop.call("web_customer", "list_payments", token=stranger, order_id=payment["order_id"])
    for short, masked in (("abc", "••••"), ("12345678", "••••"), ("123456789", "••••6789"), (None, None)):
        assert await shop.admin.fetchval("SELECT payments.mask_reference($1)", short) == masked


async def test_cancelling_an_attempt(shop: Shop, customer: str) -> None:
    order = await shop.order(customer, await shop.product())
    payment = await shop.begin(customer, order)
    await shop.open(payment)
    stranger = await shop.account()
    with refused("payment_not_found", "SH404"):
        await shop.call("web_customer", "cancel_payment", token=stranger, payment_id=payment["id"])
    cancelled = await shop.call("web_customer", "cancel_payment", token=customer, payment_id=payment["id"])
    assert (cancelled["status"], cancelled["checkout_url"]) == ("cancelled", None)
    assert await jobs(shop, "close_checkout", "payment_id", payment["id"]) == 2
    with refused("payment_not_open", "SH409"):
        await shop.call("web_customer", "cancel_payment", token=customer, payment_id=payment["id"])
    assert (await shop.see(payment))["order_status"] == "pending"


async def test_opening_twice_is_opening_once(shop: Shop, customer: str) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    answers = await asyncio.gather(*(shop.open(payment) for _ in range(8)))
    assert {a["checkout_url"] for a in answers} == {"https://shop.example/pay"}
    opened = await shop.admin.fetchval(
        "SELECT count(*) FROM messaging.events WHERE type = 'payment.opened' AND data ->> 'payment_id' = $1",
        payment["id"],
    )
    assert opened == 1


async def test_pages_of_attempts(shop: Shop, customer: str) -> None:
    order = await shop.order(customer, await shop.product())
    made = [(await shop.begin(customer, order))["id"] for _ in range(5)]
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await shop.call(
            "web_customer", "list_payments", token=customer, order_id=order["id"], limit=2, cursor=cursor
        )
        found += [p["id"] for p in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == made[::-1]
    with refused("cursor_invalid", "SH422"):
        await shop.call(
            "web_customer", "list_payments", token=customer, order_id=order["id"], limit=2, cursor="nonsense"
        )
