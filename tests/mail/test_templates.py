"""Mails read well: their links, what somebody typed, and how amounts are written."""

from __future__ import annotations

import re
import uuid
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from api.mail import mail as mails
from tests.mail.conftest import Person, Shop, in_folder, parts, read, sent, working

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
        "shop": "The shop", "reply_to": None, "language": "en", "queued_at": "2026-11-21T10:00:00+00:00", "data": {},
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
