"""Those who take nothing away but keep others from it: the shelf, the web tier."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from urllib.parse import urlsplit

from tests.prove.attacks import Cut
from tests.prove.house import Person

from .gang import Gang, attacker

STOCK, EACH = 1_000, 100
UNITS = 400  # sales.settings.max_units_on_hold
STREAMS = 10  # of an account
TOO_LARGE = 4 * 2**20  # bytes; a body may have one MiB
SLOW = 3.0  # seconds that slow bodies are kept up in the small form


@attacker(
    "hoarder: unpaid orders, carts",
    Cut(statement="UPDATE sales.settings SET max_unpaid_orders = NULL, max_units_on_hold = NULL"),
)
async def hoard(gang: Gang) -> None:
    """Orders one after the other and at once, a cart, and a bank transfer to hold them for longer."""
    house = gang.house
    product, hoarder = await house.product(stock=STOCK), await house.person()
    items = [{"product_id": product, "quantity": EACH}]
    orders = [await gang.does(hoarder, "create_order", items=items) for _ in range(3)]
    orders += await asyncio.gather(*(gang.does(hoarder, "create_order", items=items) for _ in range(7)))
    await gang.does(hoarder, "add_cart_item", product_id=product, quantity=STOCK)
    await gang.does(hoarder, "checkout_cart")
    expiry = "SELECT max(expires_at) FROM sales.orders WHERE account_id = $1"
    before = await house.admin.fetchval(expiry, uuid.UUID(hoarder.id))
    for order in orders:
        if order.ok:
            await gang.does(hoarder, "begin_payment", order_id=order.data["id"], provider="bank_transfer")
    after = await house.admin.fetchval(expiry, uuid.UUID(hoarder.id))
    gang.loot.gain("seconds that a hold was extended", int((after - before).total_seconds()))
    _, held = await house.stock(product)
    gang.loot.gain("pieces held above the limit", held - UNITS)
    gang.loot.within = f"{held} of {STOCK} pieces held, {UNITS} allowed"
    other = await house.person()
    if not (await gang.does(other, "create_order", items=items)).ok:
        gang.loot.gain("orders of others refused")


@attacker(
    "flooder: large and slow bodies, reset confirms, streams",
    Cut("messaging.open_stream", ">= 10 THEN", ">= 1000 THEN"),
)
async def flood(gang: Gang) -> None:
    house = gang.house
    person = await house.person()
    order = await house.order(person, (await house.product(), 1))
    await asyncio.gather(_large(gang), _slow(gang), _resets(gang), _streams(gang, person, order["id"]))


async def _large(gang: Gang) -> None:
    """Bodies above the limit, to endpoints that take a body without a log-in, and to the import with a false token."""
    body = b'{"email": "' + b"x" * TOO_LARGE + b'"}'
    false = {"Authorization": "Bearer a.b.c", "Content-Type": "text/csv"}
    for _ in range(20 if gang.large else 4):
        for path, headers in (("/sessions", {"Content-Type": "application/json"}), ("/products/import", false)):
            answer = await gang.sends("POST", path, content=body, headers=headers)
            if answer.status_code not in (401, 413, 429):
                gang.loot.gain(f"{TOO_LARGE} bytes accepted at {path}: {answer.status_code}")


async def _slow(gang: Gang) -> None:
    """Connections that say how much they will send, and then send a byte now and then."""
    assert gang.house.client is not None
    target = urlsplit(gang.house.client.url)
    head = (
        f"POST /v1/sessions HTTP/1.1\r\nhost: shop\r\nx-forwarded-for: {gang.address}\r\n"
        "content-type: application/json\r\ncontent-length: 1000\r\n\r\n"
    ).encode()

    async def dribble() -> None:
        _, writer = await asyncio.open_connection(target.hostname, target.port)
        with suppress(OSError):
            writer.write(head)
            for _ in range(round((5 if gang.large else 1) * SLOW / 0.5)):
                writer.write(b" ")
                await asyncio.sleep(0.5)
        writer.transport.abort()
        gang.count("slow body")

    await asyncio.gather(*(dribble() for _ in range(200 if gang.large else 40)))


async def _resets(gang: Gang) -> None:
    """Case S2: each would cost a bcrypt, were the token not looked up first."""

    async def confirm() -> None:
        body = {"token": "x" * 43, "new_password": "Lentil-Corporal-74-Bridge"}
        answer = await gang.sends("POST", "/password-resets/confirm", json=body)
        if answer.status_code < 300:
            gang.loot.gain("passwords reset")

    await asyncio.gather(*(confirm() for _ in range(150 if gang.large else 60)))


async def _streams(gang: Gang, person: Person, order: str) -> None:
    """Twice as many streams of one account as it may have, all held open."""
    assert gang.house.client is not None
    http, url = gang.house.client.http, f"{gang.house.client.url}/v1/orders/{order}/stream"
    headers = {"Authorization": f"Bearer {person.token}", "X-Forwarded-For": gang.address}
    everyone = asyncio.Barrier(2 * STREAMS)
    opened = 0

    async def hold() -> None:
        nonlocal opened
        async with http.stream("GET", url, headers=headers) as answer:
            gang.count(str(answer.status_code))
            opened += answer.status_code == 200
            await everyone.wait()  # nobody leaves before all have been answered

    await asyncio.gather(*(hold() for _ in range(2 * STREAMS)))
    gang.loot.gain("streams above an account's", opened - STREAMS)
    gang.loot.within = f"{opened} streams open, {STREAMS} allowed"
