from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import aiosmtplib

from api.mail import mail as mails
from api.settings import Settings
from api.worker.jobs.protocol import Call


async def send_mail(call: Call, settings: Settings, payload: Mapping[str, Any]) -> str:
    """The job send_mail. Its answer goes to the log, so it holds no personal data."""
    mail = await call("prepare_mail", mail_id=payload["mail_id"])
    if mail is None:
        return "no recipient, or nothing to say"
    try:
        message = mails.compose(mail, settings.mail_from, settings.public_url, settings.texts)
    except ValueError:
        return "no address that mail can reach"
    if settings.smtp is None:
        await asyncio.to_thread(mails.store, settings.data / "mail", mail["id"], message.as_bytes())
        return "written"
    try:
        await mails.deliver(settings.smtp, settings.mail_from, message)
    except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError) as error:
        refusals = error.recipients if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else [error]
        if all(refusal.code >= 500 for refusal in refusals):
            return f"refused for good: {refusals[0].code}"  # another attempt would be refused too
        raise
    return "sent"
