"""What is asked for with an effect arrives once, in the folder or at a mail server, and reads well."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import uuid
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiosmtplib.errors import SMTPException
from jinja2 import UndefinedError

from api.mail import mail as mails
from api.settings import Settings
from api.settings_source import SettingsError
from api.worker.jobs.mail import send_mail
from tests.mail.conftest import Mailbox, Person, Shop, read, working
from tests.support.connections import refused

JOB = (
    "SELECT id FROM messaging.outbox "
    "WHERE kind = 'send_mail' AND payload ->> 'template' = $1 AND payload ->> 'account_id' = $2"
)
ADDRESS = {
    "name": "Ada <Lovelace>",
    "line1": "12 St James's Sq",
    "city": "London",
    "postal_code": "SW1Y",
    "country": "GB",
}


@pytest.fixture
async def ada(stranger: Any) -> Person:
    person: Person = await stranger().sign_up(display_name="Ada Lovelace")
    await person.log_in()
    return person


async def sent(shop: Shop, template: str, person: Person) -> None:
    """Waits until the mails of this kind to this person are done."""
    await shop.until(
        "SELECT count(*) > 0 AND bool_and(done_at IS NOT NULL) FROM messaging.outbox "
        "WHERE kind = 'send_mail' AND payload ->> 'template' = $1 AND payload ->> 'account_id' = $2",
        template, person.account["id"],
    )  # fmt: skip


def in_folder(data: Path, person: Person) -> list[EmailMessage]:
    found = [read(path.read_bytes()) for path in sorted((data / "mail").glob("*.eml"))]
    return [message for message in found if person.email in str(message["To"])]


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain
    assert html
    return str(plain.get_content()), str(html.get_content())


async def bought(shop: Shop, person: Person, **product: Any) -> dict[str, Any]:
    token = person.session["access_token"]
    address = await person.does("create_address", **ADDRESS)
    order = await shop.call(
        "web_customer", "create_order", token=token, shipping_address_id=address["id"],
        items=[{"product_id": await shop.product(**product), "quantity": 2}],
    )  # fmt: skip
    assert await shop.event(await shop.begin(token, order), "completed") == "applied"
    return dict(order)


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
        for expected in ("Hello Ada Lovelace,", "Lamp", "USD 2,469.12", "London", order["number"]):
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


# --- links ----------------------------------------------------------------------------------------


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


async def test_links_lead_to_our_pages_and_nothing_is_loaded(
    shop: Shop, ada: Person, configure: Any, data: Path
) -> None:
    await shop.call("web_anonymous", "request_password_reset", email=ada.email)
    await ada.does("request_email_verification")
    async with working(configure()):
        await sent(shop, "password_reset", ada)
        await sent(shop, "email_verification", ada)
    for page, message in zip(("reset-password", "verify-email"), in_folder(data, ada), strict=True):
        plain, html = parts(message)
        [link] = re.findall(r"https://\S+", plain)
        assert re.fullmatch(rf"https://shop\.example/{page}\?token=[\w-]{{43}}", link)
        assert set(Links(html).found) == {link}


# --- what somebody typed --------------------------------------------------------------------------


def mail(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()), "template": "account_suspended", "recipient": "a@b.example", "name": None,
        "shop": "The shop", "reply_to": None, "queued_at": "2026-11-21T10:00:00+00:00", "data": {},
    } | changes  # fmt: skip


TYPED = [
    "X\r\nBcc: victim@x.example",
    "X\nSubject: y",
    "X\r\n\r\n<script>",
    "X\x00\x0b\x85\u2028Bcc: v@x.example",
    '"X" <v@x.example>',
]


@pytest.mark.parametrize("field", ["name", "shop"])
@pytest.mark.parametrize("typed", TYPED)
def test_a_name_ends_no_header(field: str, typed: str) -> None:
    content = mails.compose(mail(**{field: typed}), "orders@shop.example", "https://shop.example").as_bytes()
    message = read(content)
    assert message["Bcc"] is None
    assert message.get_all("Subject") == ["Your account is suspended"]
    assert [a.addr_spec for a in message["To"].addresses] == ["a@b.example"]
    assert [a.addr_spec for a in message["From"].addresses] == ["orders@shop.example"]
    for text in parts(message):
        assert "<script>" not in text or message.get_body(("plain",)).get_content() == text  # type: ignore[union-attr]
    assert b"<script>" not in content.split(b"text/html")[1]


@pytest.mark.parametrize(
    "recipient", ["a\r\nBcc:v@x.example", "å@b.example", "a@b\n.example", "a@" + "x" * 70 + ".example"]
)
def test_an_address_that_mail_cannot_reach_is_no_mail(recipient: str) -> None:
    with pytest.raises(ValueError):
        mails.compose(mail(recipient=recipient), "orders@shop.example", "https://shop.example")


def test_addresses_and_names_of_the_world() -> None:
    message = mails.compose(
        mail(recipient="a..b@bücher.example", name="Zoë 東京"), "orders@shop.example", "https://shop.example"
    )
    assert message["To"].addresses[0].addr_spec == "a..b@xn--bcher-kva.example"
    again = read(message.as_bytes())
    assert again["To"].addresses[0].display_name == "Zoë 東京"
    assert "Hello Zoë 東京," in parts(again)[0]
    assert message.as_bytes().isascii()


def test_a_template_that_names_what_is_not_there_sends_nothing() -> None:
    with pytest.raises(UndefinedError, match="order"):
        mails.compose(mail(template="order_confirmation"), "orders@shop.example", "https://shop.example")


def test_each_template_has_two_parts() -> None:
    names = [Path(name) for name in mails.templates().list_templates()]
    plain, html = ({name.stem for name in names if name.suffix == suffix} for suffix in (".txt", ".html"))
    assert plain == html >= {"order_confirmation", "invoice", "password_reset"}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", None, "data:text/html,x"])
def test_a_tracking_address_is_an_address(url: Any) -> None:
    order = {"number": "1", "items": [{"name": "<b>Lamp</b>", "quantity": 1}], "shipping_address": None}
    data = {"order": order, "minor_units": 2, "carrier": "DHL", "tracking_number": "1\n2<i>", "tracking_url": url}
    message = mails.compose(mail(template="order_shipped", data=data), "o@shop.example", "https://shop.example")
    plain, html = parts(message)
    assert "Its tracking number: DHL 1 2<i>" in plain
    assert "&lt;b&gt;Lamp&lt;/b&gt;" in html
    assert Links(html).found == []


def test_a_cancelled_order_says_that_nothing_was_paid() -> None:
    order = {
        "number": "7",
        "items": [{"name": "Lamp", "quantity": 2}],
        "shipping_address": {"name": "Ada", "city": "Dhaka"},
    }
    letter = mail(template="order_cancelled", data={"order": order, "minor_units": 2})
    message = mails.compose(letter, "o@shop.example", "https://shop.example")
    assert message["Subject"] == "Your order 7 is cancelled"
    for text in parts(message):
        for expected in ("no carrier takes order 7", "yours to spend again", "Lamp", "Dhaka"):
            assert expected in text


def test_amounts_as_people_write_them() -> None:
    assert mails.money(123456789, "USD", 2) == "USD 1,234,567.89"
    assert mails.money(500, "JPY", 0) == "JPY 500"
    assert mails.money(1, "KWD", 3) == "KWD 0.001"
    assert mails.money(-250, "EUR", 2) == "−EUR 2.50"


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
    addresses = {
        closed.email,
        verified.email,
        back.email,
        "nobody@shop.example",
        f"{closed.account['id']}@closed.invalid",
    }
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


# --- the mail server ------------------------------------------------------------------------------


async def test_a_server_that_says_later_gets_it_again(
    shop: Shop, ada: Person, configure: Any, mailbox: Mailbox
) -> None:
    mailbox.answers = ["451 not now", "452 nor now"]
    await ada.does("request_email_verification")
    job = await shop.admin.fetchval(JOB, "email_verification", ada.account["id"])
    async with mailbox.listening() as port, working(configure(SMTP_URL=f"smtp://127.0.0.1:{port}")):
        for attempts in (1, 2):  # the pauses grow: they are not waited for
            await shop.until(
                "SELECT attempts = $2 AND last_error IS NOT NULL FROM messaging.outbox WHERE id = $1", job, attempts
            )
            await shop.admin.execute("UPDATE messaging.outbox SET run_at = now() WHERE id = $1", job)
            await shop.admin.execute("NOTIFY storeproc_outbox")
        await sent(shop, "email_verification", ada)
    assert len(mailbox.to(ada.email)) == 1


@pytest.mark.parametrize("where", ["recipient", "message"])
async def test_a_server_that_says_never_is_believed(
    where: str, shop: Shop, ada: Person, configure: Any, mailbox: Mailbox, capfd: Any
) -> None:
    if where == "recipient":
        mailbox.refused[ada.email] = f"550 <{ada.email}> unknown"
    else:
        mailbox.answers = ["554 we do not want this"]
    await ada.does("request_email_verification")
    async with mailbox.listening() as port, working(configure(SMTP_URL=f"smtp://127.0.0.1:{port}")):
        await sent(shop, "email_verification", ada)
    assert mailbox.received == []
    told = capfd.readouterr().out
    assert "refused for good: 55" in told
    for secret in (ada.email, "Ada", "Lovelace"):
        assert secret not in told


async def test_an_error_keeps_no_address(shop: Shop, ada: Person, configure: Any, mailbox: Mailbox, capfd: Any) -> None:
    mailbox.refused[ada.email] = f"450 <{ada.email}> busy"
    await ada.does("request_email_verification")
    job = await shop.admin.fetchval(JOB, "email_verification", ada.account["id"])
    async with mailbox.listening() as port, working(configure(SMTP_URL=f"smtp://127.0.0.1:{port}")):
        error = await shop.until("SELECT last_error FROM messaging.outbox WHERE id = $1", job)
    assert ada.email not in error + capfd.readouterr().out
    await shop.admin.execute("UPDATE messaging.outbox SET done_at = now() WHERE id = $1", job)


async def test_encrypted_with_a_password_or_not_at_all(
    shop: Shop,
    ada: Person,
    configure: Any,
    mailbox: Mailbox,
    tls: ssl.SSLContext,
    certificate: Path,
    call: Any,
    monkeypatch: Any,
) -> None:
    await ada.does("request_email_verification")
    job = {"mail_id": str(await shop.admin.fetchval(JOB, "email_verification", ada.account["id"]))}

    async def through(function: str, **arguments: Any) -> Any:
        return await call("web_worker", function, **arguments)

    def url(scheme: str, port: int) -> Settings:
        made: Settings = configure(SMTP_URL=f"{scheme}://shop:p%40ss%3Aword@localhost:{port}")
        return made

    # As for any other host: this one is on this machine, where encryption is not insisted on.
    monkeypatch.setattr("api.mail.settings.LOOPBACK", ())
    login = {"authenticator": mailbox.authenticate, "auth_required": True}
    async with (
        mailbox.listening(tls_context=tls, require_starttls=True, **login) as starttls,
        mailbox.listening(tls=tls, auth_require_tls=False, **login) as smtps,
    ):
        # A certificate that nobody vouches for is not trusted with a password.
        for scheme, port in (("smtp", starttls), ("smtps", smtps)):
            with pytest.raises((SMTPException, ssl.SSLError, OSError)):
                await send_mail(through, url(scheme, port), job)
        assert mailbox.logins == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
        for scheme, port in (("smtp", starttls), ("smtps", smtps)):
            assert await send_mail(through, url(scheme, port), job) == "sent"
    assert mailbox.encrypted == [True, True]
    assert mailbox.logins == ["shop", "shop"]
    async with mailbox.listening(auth_require_tls=False, **login) as plain:
        with pytest.raises(SMTPException):  # it offers no encryption
            await send_mail(through, url("smtp", plain), job)
    assert len(mailbox.logins) == 2


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"SMTP_URL": "http://mail.example"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://host:port"}, "SMTP_URL"),
        ({"MAIL_FROM": "Shop <a@b.example>"}, "MAIL_FROM"),
        ({"MAIL_FROM": "a@b.example\nBcc: c@d.example"}, "MAIL_FROM"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(environment: dict[str, str], word: str) -> None:
    with pytest.raises(SettingsError, match=word) as error:
        Settings.from_env(environment)
    assert "password" not in str(error.value) or "user:password" in str(error.value)


def test_a_mail_servers_address() -> None:
    smtp = Settings.from_env({"SMTP_URL": "smtp://me:p%40ss@mail.example"}).smtp
    assert smtp
    assert (smtp.host, smtp.port, smtp.tls, smtp.username, smtp.password) == ("mail.example", 587, False, "me", "p@ss")
    assert "p@ss" not in repr(smtp)
    smtp = Settings.from_env({"SMTP_URL": "smtps://mail.example"}).smtp
    assert smtp
    assert (smtp.port, smtp.tls, smtp.username) == (465, True, None)
