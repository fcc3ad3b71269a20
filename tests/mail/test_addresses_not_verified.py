"""Mails to an address that is not verified: they name neither the person nor the delivery address."""

from __future__ import annotations

from typing import Any

import pytest

from api.mail import mail as mails
from tests.mail.conftest import Person, Shop
from tests.mail.test_mail import JOB, bought, parts

SPAM = "Free coins at evil.example"


@pytest.fixture
async def stranger_at_the_address(stranger: Any) -> Person:
    person: Person = await stranger().sign_up(display_name=SPAM)
    await person.log_in()
    return person


async def composed(shop: Shop, template: str, person: Person) -> Any:
    job = await shop.admin.fetchval(f"{JOB} ORDER BY id DESC LIMIT 1", template, person.account["id"])
    mail = await shop.call("web_worker", "prepare_mail", mail_id=job)
    return mails.compose(mail, "orders@shop.example", "https://shop.example")


async def test_tokens_and_notices(stranger_at_the_address: Person, shop: Shop) -> None:
    person = stranger_at_the_address
    await person.does("request_email_verification")
    await shop.call("web_anonymous", "request_password_reset", email=person.email)
    new = "new." + person.email
    await person.does("update_account", email=new)
    for template, recipient, words in (
        ("email_verification", person.email, "/verify-email?token="),
        ("password_reset", person.email, "/reset-password?token="),
        ("email_change", new, "/verify-email?token="),
        ("email_change_notice", person.email, "set a new password in the shop at once"),
    ):
        message = await composed(shop, template, person)
        assert str(message["To"]) == recipient
        for part in parts(message):
            assert words in part
            assert "evil" not in part
    assert new not in "".join(parts(message))


async def test_an_order(stranger_at_the_address: Person, shop: Shop, admin: Any) -> None:
    person = stranger_at_the_address
    await bought(shop, person)
    message = await composed(shop, "order_confirmation", person)
    assert "London" not in "".join(parts(message))
    assert "evil" not in message.as_string()
    await admin.execute("UPDATE identity.accounts SET email_verified = true WHERE id = $1", person.account["id"])
    assert all("London" in part for part in parts(await composed(shop, "order_confirmation", person)))


async def test_goods_of_a_merchant_who_is_not_approved(stranger_at_the_address: Person, shop: Shop, admin: Any) -> None:
    """A stranger could write them: sell anything under any name for nothing, and order it to somebody's address."""
    person = stranger_at_the_address
    approve = "UPDATE identity.accounts SET merchant_approved_at = {} WHERE role IN ('merchant', 'admin')"
    await admin.execute(approve.format("NULL"))
    await bought(shop, person)
    message = await composed(shop, "order_confirmation", person)
    assert "Lamp" not in "".join(parts(message))
    assert all("USD" in part or "$" in part for part in parts(message))
    await admin.execute(approve.format("now()"))
    assert all("Lamp" in part for part in parts(await composed(shop, "order_confirmation", person)))


async def test_orders_send_only_a_few_mails(stranger_at_the_address: Person, shop: Shop, admin: Any) -> None:
    person = stranger_at_the_address
    await bought(shop, person)
    job = await admin.fetchval(f"{JOB} ORDER BY id DESC LIMIT 1", "order_confirmation", person.account["id"])
    sent = [await shop.call("web_worker", "prepare_mail", mail_id=job) for _ in range(12)]
    assert [mail is not None for mail in sent] == [True] * 10 + [False] * 2
    await person.does("request_email_verification")  # its owner is not kept from it
    await admin.execute("UPDATE identity.accounts SET email_verified = true WHERE id = $1", person.account["id"])
    assert await shop.call("web_worker", "prepare_mail", mail_id=job)
