"""A mail server that says later or never, that speaks TLS and asks for a password; and how it is configured."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from aiosmtplib.errors import SMTPException

from api.settings import Settings
from api.settings_source import SettingsError
from api.worker.jobs.mail import send_mail
from tests.mail.conftest import JOB, Mailbox, Person, Shop, sent, working


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
