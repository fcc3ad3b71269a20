"""Mails as they arrive, and who causes them: in a folder, or in the mailboxes of a small mail server of our own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.settings import Settings
from api.worker.loop import Worker
from db.server.access import Access
from tests.identity.accounts.conftest import Staff
from tests.identity.accounts.conftest import staff as staff
from tests.identity.conftest import Person
from tests.identity.conftest import stranger as stranger
from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop

__all__ = ["JOB", "Mailbox", "Person", "Shop", "Staff", "bought", "in_folder", "parts", "read", "sent", "working"]


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


@dataclass
class Mailbox:
    """What a mail server was sent. `answers` is what it says to the next messages, `recipients` to a recipient."""

    received: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 taken"
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        if answer.startswith("250"):
            self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return answer

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"shop", b"p@ss:word")
        self.logins.append(given.login.decode())
        return AuthResult(success=right)

    def to(self, address: str) -> list[EmailMessage]:
        return [read(content) for _, recipients, content in self.received if address in recipients]

    @asynccontextmanager
    async def listening(self, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
        """In this very loop; its port. `tls`: encrypted from the first byte."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, loop=loop, **options), "127.0.0.1", 0, ssl=tls)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody trusts unless told to, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def configure(access: Access, data: Path) -> Any:
    """Settings from an environment, as a worker of this database has them."""

    def make(**environment: str) -> Settings:
        return Settings.from_env(
            {
                "DATABASE_URL": access.public_url(), "STOREPROC_SECRET": access.secret, "STOREPROC_DATA": str(data),
                "PUBLIC_URL": "https://shop.example", "MAIL_FROM": "orders@shop.example", **environment,
            }
        )  # fmt: skip

    return make


@asynccontextmanager
async def working(settings: Settings, count: int = 1) -> AsyncIterator[list[Worker]]:
    workers = [Worker(settings) for _ in range(count)]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.stop()
        await asyncio.wait_for(asyncio.gather(*tasks), 60)


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
