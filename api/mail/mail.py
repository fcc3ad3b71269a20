"""Mails: what they say, how they look, where they go.

A mail is asked for in the transaction whose effect it tells of (messaging.enqueue_mail), and written here, by the
worker, from what api.prepare_mail answers. Each is a `Letter`, from which the plain and the HTML part are both made, so
that they cannot tell different stories, and what somebody typed is escaped in one place. The same job is the same
message to the byte, Message-ID and Date included: sent twice after a crash, it is one mail in the mailbox.

Without SMTP_URL a mail is a file in the folder `mail` of the data.
"""

from __future__ import annotations

import asyncio
import os
import textwrap
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import aiosmtplib

from api.settings import Settings, Smtp

PATIENCE = 20.0  # seconds for each answer of the server
COLUMN = 50  # characters for what was ordered, in the plain part


class Call(Protocol):
    async def __call__(self, function: str, **arguments: object) -> Any: ...


@dataclass(frozen=True)
class Letter:
    subject: str
    title: str
    paragraphs: Sequence[str]
    lines: Sequence[tuple[str, str]] = ()  # what, how much
    totals: Sequence[tuple[str, str]] = ()  # the last one stands out
    address: Sequence[str] = ()
    button: tuple[str, str] | None = None  # what it says, where it leads
    closing: Sequence[str] = ()
    pdf: tuple[str, bytes] | None = None  # its file's name


# --- what is said ---------------------------------------------------------------------------------


def _order_confirmation(data: Mapping[str, Any], url: str) -> Letter:
    order = data["order"]
    return Letter(
        subject=f"Your order {order['number']}",
        title="Thank you for your order",
        paragraphs=[f"We have received your payment for order {order['number']}. This is what you ordered."],
        address=_address(order["shipping_address"]),
        closing=["The invoice comes in a mail of its own."],
        **_sums(order, data["minor_units"]),
    )


def _order_shipped(data: Mapping[str, Any], url: str) -> Letter:
    order = data["order"]
    tracking = _text(" ".join(filter(None, [data.get("carrier"), data.get("tracking_number")])))
    link = str(data.get("tracking_url") or "")
    items = data.get("items") or order["items"]
    return Letter(
        subject=f"Your order {order['number']} is on its way",
        title="Your order is on its way",
        paragraphs=[
            f"We have sent what you ordered with order {order['number']}.",
            *([f"Its tracking number: {tracking}"] if tracking else []),
        ],
        lines=[(f"{item['quantity']} × {_text(item['name'])}", "") for item in items],
        address=_address(order["shipping_address"]),
        button=("Track the parcel", link) if link.startswith(("https://", "http://")) else None,
    )


def _order_cancelled(data: Mapping[str, Any], url: str) -> Letter:
    order = data["order"]
    return Letter(
        subject=f"Your order {order['number']} is cancelled",
        title="Your order is cancelled",
        paragraphs=[
            f"We are sorry: no carrier takes order {order['number']} to its address, so we had to cancel it.",
            "The credit that was set aside for it is yours to spend again.",
        ],
        lines=[(_text(item["name"]), f"{item['quantity']} ×") for item in order["items"]],
        address=_address(order["shipping_address"]),
    )


def _invoice(data: Mapping[str, Any], url: str) -> Letter:
    credit = data["kind"] == "credit_note"
    name = "credit note" if credit else "invoice"
    total = money(data["total"], data["currency"], data["minor_units"])
    return Letter(
        subject=f"Your {name} {data['number']}",
        title=f"Your {name}",
        paragraphs=[
            f"Attached is {name} {data['number']} for order {data['order_number']}, {total}.",
            "The amount goes back the way it was paid." if credit else "It is paid; there is nothing left to do.",
        ],
        pdf=(f"{data['number']}.pdf", b64decode(data["pdf"])),
    )


def _password_reset(data: Mapping[str, Any], url: str) -> Letter:
    return Letter(
        subject="Choose a new password",
        title="Choose a new password",
        paragraphs=["Somebody, most likely you, asked for a new password for the account with this e-mail address."],
        button=("Choose a new password", f"{url}/reset-password?token={quote(data['token'])}"),
        closing=[
            "The link works once, within an hour of the request.",
            "If it was not you, there is nothing to do: your password stays as it is.",
        ],
    )


def _email_verification(data: Mapping[str, Any], url: str) -> Letter:
    return Letter(
        subject="Verify your e-mail address",
        title="Verify your e-mail address",
        paragraphs=["Please tell us that this address is yours."],
        button=("Verify the address", f"{url}/verify-email?token={quote(data['token'])}"),
        closing=[
            "The link works once, within a day.",
            "If you have no account with us, somebody mistyped theirs, and there is nothing to do.",
        ],
    )


def _webhook_endpoint_disabled(data: Mapping[str, Any], url: str) -> Letter:
    gone = data.get("reason") == "gone"
    why = "It answered 410 (gone)." if gone else "For days it did not take any message that we sent."
    return Letter(
        subject="A webhook endpoint was disabled",
        title="A webhook endpoint was disabled",
        paragraphs=[f"We no longer send events to {_text(data.get('url') or 'your endpoint')}. {why}"],
        closing=["Once it works again, enable it, and have what it missed delivered again."],
    )


def _account_suspended(data: Mapping[str, Any], url: str) -> Letter:
    return Letter(
        subject="Your account is suspended",
        title="Your account is suspended",
        paragraphs=["You cannot log in for now, and you were logged out everywhere. What you ordered is not affected."],
        closing=["If you think that this is a mistake, answer this mail."],
    )


TEMPLATES: Mapping[str, Callable[[Mapping[str, Any], str], Letter]] = {
    "order_confirmation": _order_confirmation,
    "order_shipped": _order_shipped,
    "order_cancelled": _order_cancelled,
    "invoice": _invoice,
    "password_reset": _password_reset,
    "email_verification": _email_verification,
    "webhook_endpoint_disabled": _webhook_endpoint_disabled,
    "account_suspended": _account_suspended,
}


def _sums(order: Mapping[str, Any], minor_units: int) -> dict[str, Any]:
    def amount(value: int) -> str:
        return money(value, order["currency"], minor_units)

    lines = [
        (f"{item['quantity']} × {_text(item['name'])}", amount(item["unit_price"] * item["quantity"]))
        for item in order["items"]
    ]
    totals = [
        ("Subtotal", amount(order["subtotal"])),
        *([("Discount", amount(-order["discount"]))] if order["discount"] else []),
        *([("Shipping", amount(order["shipping"]))] if order["shipping"] else []),
        *([("Tax", amount(order["tax"]))] if order["tax"] and not order.get("tax_included") else []),
        ("Total", amount(order["total"])),
    ]
    if order["tax"] and order.get("tax_included"):
        totals[-1] = (f"Total, with {amount(order['tax'])} of tax in it", totals[-1][1])
    return {"lines": lines, "totals": totals if len(totals) > 2 else totals[-1:]}


def money(amount: int, currency: str, minor_units: int) -> str:
    """An amount in minor units as people write it: USD 1,234.50."""
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    return f"{sign}{currency} {Decimal(abs(amount)).scaleb(-minor_units):,}"


def _address(address: Mapping[str, Any] | None) -> list[str]:
    if not address:
        return []
    city = " ".join(filter(None, [address.get("postal_code"), address.get("city")]))
    parts = [address.get("name"), address.get("line1"), address.get("line2"), city]
    return [_text(part) for part in [*parts, address.get("region"), address.get("country")] if part]


def _text(value: object) -> str:
    """One line without control characters, whatever was typed: nothing that could end a header, or hide a text."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())


# --- how it looks ---------------------------------------------------------------------------------


def plain(letter: Letter, greeting: str, shop: str) -> str:
    blocks = [greeting, *letter.paragraphs]
    if letter.lines or letter.totals:
        right = max(len(value) for _, value in [*letter.lines, *letter.totals])
        lines = [line for what, value in letter.lines for line in _column(what, value, right)]
        totals = [line for what, value in letter.totals for line in _column(what, value, right)]
        rule = ["-" * (COLUMN + 2 + right)] if lines and totals else []
        blocks.append("\n".join([*lines, *rule, *totals]))
    if letter.address:
        blocks.append("\n".join(["Delivery address:", *letter.address]))
    if letter.button:
        blocks.append(f"{letter.button[0]}:\n{letter.button[1]}")
    return "\n\n".join([*blocks, *letter.closing, shop]) + "\n"


def _column(what: str, value: str, right: int) -> list[str]:
    *first, last = textwrap.wrap(what, COLUMN) or [""]
    return [*first, f"{last:<{COLUMN}}  {value:>{right}}".rstrip()]


_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5"
_TABLE = '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"'
_CARD = "max-width:600px;background:#ffffff;border:1px solid #e3e6eb;border-radius:8px;text-align:left"
_CELL = "padding:8px 0;border-bottom:1px solid #e3e6eb;vertical-align:top"


def html(letter: Letter, greeting: str, shop: str) -> str:
    """For programs that know half of HTML: tables, styles on each element, nothing loaded from elsewhere."""
    rows = [_row(what, value, _CELL) for what, value in letter.lines]
    rows += [_row(what, value, "padding:4px 0;color:#5d6778") for what, value in letter.totals[:-1]]
    rows += [_row(what, value, "padding:8px 0;font-weight:bold") for what, value in letter.totals[-1:]]
    body = [f'<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">{escape(letter.title)}</h1>']
    body += [_paragraph(escape(text)) for text in [greeting, *letter.paragraphs]]
    if rows:
        body.append(f'{_TABLE} style="{_FONT};margin:8px 0 20px">{"".join(rows)}</table>')
    if letter.address:
        lines = "<br>".join(escape(line) for line in letter.address)
        body.append(_paragraph(f'<span style="color:#5d6778">Delivery address</span><br>{lines}'))
    if letter.button:
        label, link = escape(letter.button[0]), escape(letter.button[1])
        style = "display:inline-block;padding:12px 20px;border-radius:6px;background:#2457c5;color:#ffffff"
        body.append(_paragraph(f'<a href="{link}" style="{style};text-decoration:none;font-weight:bold">{label}</a>'))
        body.append(
            '<p style="margin:0 0 16px;font-size:13px;color:#5d6778;word-break:break-all">'
            f'Or open this address: <a href="{link}" style="color:#2457c5">{link}</a></p>'
        )
    body += [_paragraph(escape(text), "color:#5d6778") for text in letter.closing]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(letter.subject)}</title></head>"
        f'<body style="margin:0;padding:24px 12px;background:#f5f7fa;color:#1d2330;{_FONT}">'
        f'{_TABLE}><tr><td align="center">{_TABLE} style="{_CARD};{_FONT}"><tr><td style="padding:32px">{"".join(body)}'
        '<p style="margin:24px 0 0;padding-top:16px;border-top:1px solid #e3e6eb;font-size:14px;color:#5d6778">'
        f"{escape(shop)}</p></td></tr></table></td></tr></table></body></html>\n"
    )


def _paragraph(content: str, style: str = "") -> str:
    return f'<p style="margin:0 0 16px;{style}">{content}</p>'


def _row(what: str, value: str, style: str) -> str:
    return (
        f'<tr><td style="{style};padding-right:16px">{escape(what)}</td>'
        f'<td align="right" style="{style};white-space:nowrap">{escape(value)}</td></tr>'
    )


def compose(mail: Mapping[str, Any], sender: str, url: str) -> EmailMessage:
    """The message that a job stands for. ValueError: nobody can be reached at this address."""
    letter = TEMPLATES[mail["template"]](mail["data"], url)
    shop, name = _text(mail["shop"]), _text(mail["name"] or "")
    user, _, domain = mail["recipient"].rpartition("@")
    user.encode("ascii")
    recipient = Address(name, user, domain.encode("idna").decode())
    greeting = f"Hello {name}," if name else "Hello,"

    message = EmailMessage(SMTP)
    message["From"] = Address(shop, *sender.rsplit("@", 1))
    message["To"] = recipient
    if mail["reply_to"]:
        message["Reply-To"] = Address(shop, addr_spec=_text(mail["reply_to"]))
    message["Subject"] = _text(letter.subject)
    message["Date"] = format_datetime(datetime.fromisoformat(mail["queued_at"]))
    message["Message-ID"] = f"<{mail['id']}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office note comes back
    message.set_content(plain(letter, greeting, shop), cte="quoted-printable")
    message.add_alternative(html(letter, greeting, shop), subtype="html", cte="quoted-printable")
    if letter.pdf:
        message.add_attachment(letter.pdf[1], maintype="application", subtype="pdf", filename=letter.pdf[0])
    for place, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{mail['id']}_{place}")
    return message


# --- where it goes --------------------------------------------------------------------------------


async def send(call: Call, settings: Settings, payload: Mapping[str, Any]) -> str:
    """The job send_mail. What it answers goes to the log, so it names nobody."""
    mail = await call("prepare_mail", mail_id=payload["mail_id"])
    if mail is None:
        return "nobody to write to, or nothing to say"
    try:
        message = compose(mail, settings.mail_from, settings.public_url)
    except ValueError:
        return "no address that mail can reach"
    if settings.smtp is None:
        await asyncio.to_thread(_store, settings.data / "mail", mail["id"], message.as_bytes())
        return "written"
    try:
        await _deliver(settings.smtp, settings.mail_from, message)
    except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError) as error:
        refusals = error.recipients if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else [error]
        if all(refusal.code >= 500 for refusal in refusals):
            return f"refused for good: {refusals[0].code}"  # it will be no other the next time
        raise
    return "sent"


async def _deliver(smtp: Smtp, sender: str, message: EmailMessage) -> None:
    await aiosmtplib.send(
        message.as_bytes(),
        sender=sender,
        recipients=[message["To"].addresses[0].addr_spec],
        hostname=smtp.host,
        port=smtp.port,
        username=smtp.username,
        password=smtp.password,
        use_tls=smtp.tls,
        # Elsewhere than on this machine a mail, and a password above all, goes encrypted or not at all.
        start_tls=None if smtp.local or smtp.tls else True,
        timeout=PATIENCE,
    )


def _store(folder: Path, name: str, content: bytes) -> None:
    """Whole or not at all; for its owner's eyes."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{name}.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(folder / f"{name}.eml")
