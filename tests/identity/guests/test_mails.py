"""Mails to guests, and the page that their link opens."""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import unquote

from api.mail import mail as mails
from tests.identity.guests.conftest import Guest, NewGuest, SignUp
from tests.payments.conftest import Shop
from tests.support.web import Client

JOB = "SELECT payload ->> 'mail_id' FROM messaging.outbox WHERE kind = 'send_mail' AND payload ->> 'account_id' = $1"


async def composed(shop: Shop, account: str) -> Any:
    """The newest mail about an account's business; None if there is nothing to send."""
    job = await shop.admin.fetchval(f"{JOB} ORDER BY id DESC LIMIT 1", account)
    mail = await shop.call("web_worker", "prepare_mail", mail_id=job)
    return mail and mails.compose(mail, "orders@shop.example", "https://shop.example")


async def linked(shop: Shop, ada: Guest, client: Client, order: dict[str, Any]) -> tuple[str, Any]:
    """The link in the newest mail, and what it opens."""
    message = await composed(shop, str(ada.id))
    assert str(message["To"]) == order["email"]
    texts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    link = re.findall(r"https://shop\.example(/order\?token=[\w-]{43})", texts[0])[0]
    assert all(link in text and "Rue X" not in text for text in texts), "an address that is not verified"
    return link, await client.get(client.url + link)


async def test_the_link_shows_the_order_and_no_address(
    shop: Shop, guest: NewGuest, client: Client, sign_up: SignUp
) -> None:
    ada, email = await guest(), f"{uuid.uuid4().hex}@example.com"
    order = await ada.order(await shop.product(price=1250), 2, email=email)
    await ada.pays(order)
    link, page = await linked(shop, ada, client, order)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert page.headers["referrer-policy"] == "no-referrer", "the link does not leak to the carrier's page"
    for shown in (order["number"], "2 × Lamp", "USD 25.00", "It is paid.", "not shipped yet"):
        assert shown in page.text
    for hidden in (email, "Rue X", "Ada", str(ada.id), order["id"]):
        assert hidden not in page.text
    again = await client.get(client.url + link)
    assert again.text == page.text, "as often as wanted"

    wrong = await client.get(client.url + link[:-1] + ("A" if link[-1] != "A" else "B"))
    assert (wrong.status_code, order["number"] in wrong.text) == (404, False)
    token = unquote(link.partition("=")[2])
    expired = "UPDATE identity.mail_tokens SET expires_at = now() + $1::text::interval WHERE token_hash = sha256($2)"
    await shop.admin.execute(expired, "-1 s", token.encode())
    assert (await client.get(client.url + link)).status_code == 404
    await shop.admin.execute(expired, "1 h", token.encode())
    assert (await client.get(client.url + link)).status_code == 200
    for path in ("/verify-email", "/reset-password"):
        answer = await client.post(client.url + path, data={"token": token, "new_password": "Correct-Horse-9"})
        assert answer.status_code == 422, "it is good for nothing else"

    person = await sign_up(email, verified=True)
    assert (await person.does("claim_orders"))["data"]
    assert (await client.get(client.url + link)).status_code == 404, "the order has an owner with a log-in"


async def test_a_stranger_at_the_address_is_not_flooded(shop: Shop, guest: NewGuest) -> None:
    """Each guest is new and costs nothing; the address is counted."""
    lamp, email, sent = await shop.product(), f"{uuid.uuid4().hex}@example.com", 0
    for _ in range(12):
        ada = await guest()
        await ada.pays(await ada.order(lamp, email=email))
        sent += await composed(shop, str(ada.id)) is not None
    assert sent == 10


async def test_a_customers_other_address_counts_as_not_verified(shop: Shop, sign_up: SignUp) -> None:
    person = await sign_up(verified=True)
    line = [{"product_id": await shop.product(), "quantity": 1}]
    for email in (f"other.{person.email}", None):
        order = await person.does("create_order", items=line, email=email)
        payment = await shop.begin(person.token, order)
        await shop.event(payment, "completed")
        message = await composed(shop, person.account["id"])
        assert str(message["To"]) == (email or person.email)
        assert "/order?token=" not in message.as_string(), "who has an account logs in"
