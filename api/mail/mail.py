"""Mails: composed from the templates in templates/ and the texts of a language (api/languages), and sent.

A shop's folder (STOREPROC_TEXTS) comes first: `mail/<template>.html` in it replaces a template, and
`mail/<language>/<template>.html` does so for one language.

A mail is asked for in the transaction whose effect it tells of (messaging.enqueue_mail). The worker composes it from
what api.prepare_mail answers: `<template>.txt` is the plain part and sets the subject, `<template>.html` is the HTML
part. The same job makes the same bytes, Message-ID and Date included: sent twice after a crash, it is one mail in the
mailbox.

Without SMTP_URL a mail is a file in the folder `mail` of the data.
"""

from __future__ import annotations

import os
import re
import textwrap
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

import aiosmtplib
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    Template,
    select_autoescape,
)

from api.languages.language import FALLBACK, Language, language
from api.mail.settings import Smtp

PATIENCE = 20.0  # seconds for each answer of the server
COLUMN = 50  # characters for what was ordered, in the plain part

Pairs = Sequence[tuple[str, str]]  # what, how much


# --- what templates use ---------------------------------------------------------------------------


def pairs(items: Sequence[Mapping[str, Any]], what: str, value: str) -> Pairs:
    """A pair for each item; `what` and `value` are formats such as "{quantity} × {name}"."""
    return [(what.format(**item), value.format(**item)) for item in items]


def columns(lines: Pairs, totals: Pairs = ()) -> str:
    """Pairs in two columns of plain text, a rule before the totals."""
    right = max(len(value) for _, value in [*lines, *totals])
    rule = ["-" * (COLUMN + 2 + right)] if lines and totals else []
    return "\n".join([
        *(line for what, value in lines for line in _column(what, value, right)),
        *rule,
        *(line for what, value in totals for line in _column(what, value, right)),
    ])  # fmt: skip


def _column(what: str, value: str, right: int) -> list[str]:
    *first, last = textwrap.wrap(what, COLUMN) or [""]
    return [*first, f"{last:<{COLUMN}}  {value:>{right}}".rstrip()]


@cache
def templates(folder: Path | None = None) -> Environment:
    """The templates of mails. A template that names an unknown variable raises UndefinedError: no mail is sent."""
    ours = PackageLoader("api.mail")
    environment = Environment(
        loader=ours if folder is None else ChoiceLoader([FileSystemLoader(folder / "mail"), ours]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(pairs=pairs, columns=columns)
    return environment


@dataclass(frozen=True)
class Letter:
    """How a mail is written: its language, and the shop's folder."""

    language: Language
    folder: Path | None = None

    def say(self, key: str, **values: object) -> str:
        """A text of the language's section [mail]."""
        return self.language(f"mail.{key}", **values)

    def template(self, name: str) -> Template:
        """The template; one in a folder named after the language comes first."""
        return templates(self.folder).select_template([f"{self.language.tag}/{name}", name])


# --- composing ------------------------------------------------------------------------------------


def _context(data: Mapping[str, Any], letter: Letter) -> dict[str, Any]:
    """What a template can name: the data of its mail, and what is made of it. Typed texts are single lines here."""
    language = letter.language
    start, end = ("right", "left") if language.right_to_left else ("left", "right")
    found = {**data, "language": language, "say": letter.say, "start": start, "end": end}
    found["endpoint_url"] = _text(data.get("url") or "")
    return found | (_order_context(data, letter) if "order" in data else {})


def _order_context(data: Mapping[str, Any], letter: Letter) -> dict[str, Any]:
    order = data["order"]
    link = str(data.get("tracking_url") or "")
    return {
        "items": [
            _item(item, order, data["minor_units"], letter.language) for item in data.get("items") or order["items"]
        ],
        "totals": _totals(order, data["minor_units"], letter) if "total" in order else [],
        "address": _address(order["shipping_address"], letter.language),
        "tracking": _text(" ".join(filter(None, [data.get("carrier"), data.get("tracking_number")]))),
        "order_link": f"/order?token={token}" if (token := data.get("link_token")) else None,
        "tracking_link": link if link.startswith(("https://", "http://")) else None,
    }


def _item(item: Mapping[str, Any], order: Mapping[str, Any], minor_units: int, language: Language) -> dict[str, Any]:
    found = {"name": _text(item["name"]), "quantity": language.number(item["quantity"])}
    if "unit_price" in item:
        found["amount"] = language.money(item["unit_price"] * item["quantity"], order["currency"], minor_units)
    return found


def _totals(order: Mapping[str, Any], minor_units: int, letter: Letter) -> Pairs:
    say = letter.say

    def amount(value: int) -> str:
        return letter.language.money(value, order["currency"], minor_units)

    added = order["tax"] - (order.get("tax_included") or 0)
    totals = [
        (say("subtotal"), amount(order["subtotal"])),
        *([(say("discount"), amount(-order["discount"]))] if order["discount"] else []),
        *([(say("shipping"), amount(order["shipping"]))] if order["shipping"] else []),
        *([(say("tax"), amount(added))] if added else []),
        (say("total"), amount(order["total"])),
    ]
    if order["tax"] and not added:
        totals[-1] = (say("total_with_tax", tax=amount(order["tax"])), totals[-1][1])
    return totals if len(totals) > 2 else totals[-1:]


def _address(address: Mapping[str, Any] | None, language: Language) -> list[str]:
    if not address:
        return []
    city = " ".join(filter(None, [address.get("postal_code"), address.get("city")]))
    parts = [address.get("name"), address.get("line1"), address.get("line2"), city]
    parts += [address.get("region_name") or address.get("region"), language.country(address.get("country"))]
    return [_text(part) for part in parts if part]


def _text(value: object) -> str:
    """One line without control characters, so that a typed text cannot end a header or hide text."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())


def _render(letter: Letter, template: str, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """Subject, plain part, HTML part."""
    text = letter.template(f"{template}.txt").make_module(dict(context))
    subject: str = text.subject  # type: ignore[attr-defined]  # what the template sets
    plain = re.sub(r"\n{3,}", "\n\n", str(text)).strip() + "\n"
    return subject, plain, letter.template(f"{template}.html").render(context, subject=subject)


def compose(mail: Mapping[str, Any], sender: str, url: str, folder: Path | None = None) -> EmailMessage:
    """The message that a job stands for; `folder` has the shop's texts. ValueError: mail cannot reach this address."""
    letter = Letter(language(mail.get("language") or FALLBACK, folder), folder)
    shop, name = _text(mail["shop"]), _text(mail["name"] or "")
    user, _, domain = mail["recipient"].rpartition("@")
    user.encode("ascii")
    recipient = Address(name, user, domain.encode("idna").decode())
    greeting = letter.say("hello_name", name=name) if name else letter.say("hello")
    subject, plain, html = _render(
        letter, mail["template"], {**_context(mail["data"], letter), "url": url, "shop": shop, "greeting": greeting}
    )

    message = EmailMessage(SMTP)
    message["From"] = Address(shop, *sender.rsplit("@", 1))
    message["To"] = recipient
    if mail["reply_to"]:
        message["Reply-To"] = Address(shop, addr_spec=_text(mail["reply_to"]))
    message["Subject"] = _text(subject)
    message["Date"] = format_datetime(datetime.fromisoformat(mail["queued_at"]))
    message["Message-ID"] = f"<{mail['id']}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office note comes back
    message.set_content(plain, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if "pdf" in mail["data"]:
        pdf, file_name = b64decode(mail["data"]["pdf"]), f"{mail['data']['number']}.pdf"
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=file_name)
    message["Content-Language"] = letter.language.tag
    for place, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{mail['id']}_{place}")
    return message


# --- sending --------------------------------------------------------------------------------------


async def deliver(smtp: Smtp, sender: str, message: EmailMessage) -> None:
    """Hand a mail to the server. Raises SMTPException, OSError, TimeoutError."""
    await aiosmtplib.send(
        message.as_bytes(),
        sender=sender,
        recipients=[message["To"].addresses[0].addr_spec],
        hostname=smtp.host,
        port=smtp.port,
        username=smtp.username,
        password=smtp.password,
        use_tls=smtp.tls,
        # To any other machine, mails and above all the password are sent encrypted or not at all.
        start_tls=None if smtp.local or smtp.tls else True,
        timeout=PATIENCE,
    )


def store(folder: Path, name: str, content: bytes) -> None:
    """Write a file completely or not at all, readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{name}.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(folder / f"{name}.eml")
