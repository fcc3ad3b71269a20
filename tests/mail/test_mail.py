"""What is asked for with an effect arrives once, in the folder or at a mail server."""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

from api.worker.jobs.mail import send_mail
from tests.mail.conftest import JOB, Mailbox, Person, Shop, bought, in_folder, parts, read, sent, working
from tests.support.connections import refused

# --- the story of an order ------------------------------------------------------------------------


async def test_an_order_is_confirmed_invoiced_and_sent(shop: Shop, ada: Person, configure: Any, data: Path) -> None:
    # Mails to an address that is not verified name neither her nor her address.
    await shop.admin.execute("UPDATE identity.accounts SET email_verified = true WHERE id = $1", ada.account["id"])
    async with working(configure()):
        order = await bought(shop, ada, price=123456)
        await sent(shop, "order_confirmation", ada)
        await sent(shop, "invoice", ada)
        await shop.call("web_support", "ship_order", token=shop.support, order_id=order["id"])
        await sent(shop, "order_shipped", ada)
    by_subject = {str(message["Subject"]): message for message in in_folder(data, ada)}
    assert set(by_subject) == {
        f"Your order {order['number']}", f"Your order {order['number']} is on its way",
        *(s for s in by_subject if s.startswith("Your invoice INV-")),
    }  # fmt: skip
    assert len(by_subject) == 3

    confirmed = by_subject[f"Your order {order['number']}"]
    assert str(confirmed["From"]) == "The shop <orders@shop.example>"
    assert str(confirmed["To"]) == f"Ada Lovelace <{ada.email}>"
    assert confirmed["Auto-Submitted"] == "auto-generated"
    for text in parts(confirmed):
        for expected in ("Hello Ada Lovelace,", "Lamp", "US$2,469.12", "London", order["number"]):
            assert expected in text
    assert "Ada <Lovelace>" in parts(confirmed)[0]
    assert "Ada &lt;Lovelace&gt;" in parts(confirmed)[1]

    invoice = next(message for subject, message in by_subject.items() if "invoice" in subject)
    [pdf] = invoice.iter_attachments()
    assert (pdf.get_content_type(), pdf.get_filename()) == (
        "application/pdf",
        f"{str(invoice['Subject']).split()[-1]}.pdf",
    )
    kept = await shop.admin.fetchval(
        "SELECT f.content FROM billing.invoice_files AS f JOIN billing.invoices AS i ON i.id = f.invoice_id "
        "WHERE i.order_id = $1",
        uuid.UUID(order["id"]),
    )
    assert pdf.get_content() == kept
    # Nothing that was told stays in the queue.
    rows = await shop.admin.fetch(
        "SELECT payload FROM messaging.outbox WHERE kind = 'send_mail' AND done_at IS NOT NULL"
    )
    assert {frozenset(json.loads(row["payload"])) for row in rows} == {frozenset({"mail_id", "template", "account_id"})}


async def test_each_effect_asks_for_one_mail(shop: Shop, ada: Person) -> None:
    order = await bought(shop, ada)
    payments = await shop.call("web_customer", "list_payments", token=ada.session["access_token"], order_id=order["id"])
    payment = payments["data"][0]
    await asyncio.gather(*(shop.event(payment, "completed", event_id=f"{i}:{payment['id']}") for i in range(5)))
    issued = await shop.call("web_worker", "issue_invoice", order_id=order["id"])
    pdf = {"invoice_id": issued["invoice"]["id"], "content": "JVBERi0xLjcK"}
    await asyncio.gather(*(shop.call("web_worker", "store_invoice_pdf", **pdf) for _ in range(5)))
    ends = await asyncio.gather(
        *(shop.call("web_support", "ship_order", token=shop.support, order_id=order["id"]) for _ in range(5)),
        return_exceptions=True,
    )
    assert any(not isinstance(end, Exception) for end in ends)
    jobs = await shop.admin.fetch(
        "SELECT payload ->> 'template' AS template, count(*) AS n FROM messaging.outbox "
        "WHERE kind = 'send_mail' AND (payload ->> 'account_id' = $1 OR payload -> 'data' ->> 'invoice_id' = $2) "
        "GROUP BY 1",
        ada.account["id"], pdf["invoice_id"],
    )  # fmt: skip
    assert {row["template"]: row["n"] for row in jobs} == {"invoice": 1, "order_confirmation": 1, "order_shipped": 1}


async def test_no_mail_of_what_did_not_happen(shop: Shop, ada: Person) -> None:
    async with shop.admin.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT messaging.enqueue_mail('account_suspended', $1)", uuid.UUID(ada.account["id"]))
        await transaction.rollback()
    assert await shop.admin.fetch(JOB, "account_suspended", ada.account["id"]) == []
    with refused("mail_template_unknown"):
        await shop.admin.execute("SELECT messaging.enqueue_mail('order_confrimation', NULL)")


# --- the same mail twice --------------------------------------------------------------------------


async def test_a_repeat_is_the_same_message_to_the_byte(
    shop: Shop, ada: Person, configure: Any, data: Path, call: Any
) -> None:
    await call("web_anonymous", "request_password_reset", email=ada.email)
    await bought(shop, ada)
    jobs = [
        await shop.admin.fetchval(JOB, template, ada.account["id"])
        for template in ("password_reset", "order_confirmation")
    ]

    async def through(function: str, **arguments: Any) -> Any:
        return await call("web_worker", function, **arguments)

    for job in jobs:
        contents = []
        for _ in range(2):
            assert await send_mail(through, configure(), {"mail_id": str(job)}) == "written"
            contents.append((data / "mail" / f"{job}.eml").read_bytes())
        assert contents[0] == contents[1]
        assert read(contents[0])["Message-ID"] == f"<{job}@shop.example>"
    assert oct((data / "mail").stat().st_mode & 0o777) == "0o700"
    assert {oct(path.stat().st_mode & 0o777) for path in (data / "mail").iterdir()} == {"0o600"}


async def test_three_workers_send_each_mail_once(shop: Shop, stranger: Any, configure: Any, mailbox: Mailbox) -> None:
    people = [await stranger().sign_up() for _ in range(20)]
    for person in people:
        await shop.call("web_anonymous", "request_password_reset", email=person.email)
    async with mailbox.listening() as port, working(configure(SMTP_URL=f"smtp://127.0.0.1:{port}"), 3):
        for person in people:
            await sent(shop, "password_reset", person)
    assert {person.email: len(mailbox.to(person.email)) for person in people} == {person.email: 1 for person in people}
    assert len({str(read(content)["Message-ID"]) for _, _, content in mailbox.received}) == len(mailbox.received)


# --- nobody to write to ---------------------------------------------------------------------------


async def test_to_nobody_nothing_is_sent(
    shop: Shop, stranger: Any, configure: Any, mailbox: Mailbox, admin: Any, staff: Any
) -> None:
    boss = await staff.somebody("admin")
    closed, verified, back = [await stranger().sign_up() for _ in range(3)]
    for person in (closed, verified, back):
        await person.log_in()
    await shop.call("web_anonymous", "request_password_reset", email=closed.email)
    await shop.call("web_anonymous", "request_password_reset", email="nobody@shop.example")
    await verified.does("request_email_verification")
    await closed.does("close_account")
    await admin.execute("UPDATE identity.accounts SET email_verified = true WHERE id = $1", verified.account["id"])
    for status in ("suspended", "active"):
        await boss.does("change_account", account_id=back.account["id"], status=status)
    async with mailbox.listening() as port, working(configure(SMTP_URL=f"smtp://127.0.0.1:{port}")):
        await shop.until("SELECT count(*) = 0 FROM messaging.outbox WHERE kind = 'send_mail' AND done_at IS NULL")
    addresses = {closed.email, verified.email, back.email, "nobody@shop.example"}
    assert not addresses & {recipient for _, recipients, _ in mailbox.received for recipient in recipients}


async def test_a_suspended_customer_and_a_failing_endpoint_are_told(
    shop: Shop, ada: Person, staff: Any, configure: Any, mailbox: Mailbox, admin: Any
) -> None:
    boss = await staff.somebody("admin")
    await boss.does("change_account", account_id=ada.account["id"], status="suspended")
    merchant = await staff.somebody("merchant")
    endpoint = await admin.fetchval(
        "INSERT INTO messaging.webhook_endpoints (account_id, url, types, status, disabled_reason, disabled_at) "
        "VALUES ($1, 'https://hooks.example/in?a=<1>', '{order.paid}', 'disabled', 'gone', now()) RETURNING id",
        merchant.account["id"],
    )
    await admin.execute(
        "SELECT messaging.enqueue_mail('webhook_endpoint_disabled', $1, "
        "jsonb_build_object('webhook_endpoint_id', $2::uuid))",
        uuid.UUID(merchant.account["id"]), endpoint,
    )  # fmt: skip
    async with mailbox.listening() as port, working(configure(SMTP_URL=f"smtp://127.0.0.1:{port}")):
        await sent(shop, "account_suspended", ada)
        await sent(shop, "webhook_endpoint_disabled", merchant)
    [suspended] = mailbox.to(ada.email)
    assert "You cannot log in for now" in parts(suspended)[0]
    [disabled] = mailbox.to(merchant.email)
    assert "https://hooks.example/in?a=<1>. It answered 410 (gone)." in parts(disabled)[0]
    assert "a=&lt;1&gt;" in parts(disabled)[1]
