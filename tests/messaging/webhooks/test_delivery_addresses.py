"""Where a webhook goes: to the address that was checked, and to nobody else."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.settings import Settings
from tests.messaging.webhooks.conftest import DELIVERED, Desk, Receiver, receiving
from tests.payments.conftest import Shop


async def test_a_name_that_moved_to_a_private_address(
    shop: Shop, desk: Desk, merchant: str, receiver: Receiver
) -> None:
    """It was public when the endpoint was made; what counts is where each connection would lead."""
    strict = Settings(database_url=desk.settings.database_url, secret=desk.settings.secret, data=desk.settings.data)
    endpoint = await desk.endpoint(merchant, f"http://hooks.example:{receiver.port}/")
    await desk.record(merchant)

    async def rebound(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "::ffff:127.0.0.1"]

    async with desk.delivering(settings=strict, resolve=rebound):
        await desk.until(endpoint, "bool_or(d.attempts = 1 AND d.claimed_until IS NULL)")
    [delivery] = await desk.deliveries(merchant, endpoint)
    assert [attempt["error"] for attempt in delivery["attempts"]] == ["address_refused"]
    assert receiver.received == []


async def test_the_connection_goes_to_what_was_checked_and_the_words_to_the_name(
    shop: Shop, desk: Desk, merchant: str, tmp_path: Path
) -> None:
    served, trusting, names = certificate(tmp_path, "hooks.example")
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async with receiving(served) as receiver:
        endpoint = await desk.endpoint(merchant, f"https://hooks.example:{receiver.port}/in?key=1")
        await desk.record(merchant)
        async with desk.delivering(resolve=resolve, tls=trusting):
            [request] = await receiver.until(1)
            await desk.until(endpoint, DELIVERED, 1)
        assert request.headers["host"] == f"hooks.example:{receiver.port}"
        assert request.path == "/in?key=1"
    assert asked == ["hooks.example"]
    assert names == ["hooks.example"]


async def test_a_certificate_of_somebody_else(shop: Shop, desk: Desk, merchant: str, tmp_path: Path) -> None:
    served, trusting, _ = certificate(tmp_path, "other.example")

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with receiving(served) as receiver:
        endpoint = await desk.endpoint(merchant, f"https://hooks.example:{receiver.port}/")
        await desk.record(merchant)
        async with desk.delivering(resolve=resolve, tls=trusting):
            await desk.until(endpoint, "bool_or(d.attempts = 1 AND d.claimed_until IS NULL)")
        assert receiver.received == []
    [delivery] = await desk.deliveries(merchant, endpoint)
    assert [attempt["error"] for attempt in delivery["attempts"]] == ["tls_failed"]


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext, list[str]]:
    """A server's context, a client's that trusts it, and the names that clients ask the server for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    names: list[str] = []
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(file)
    served.sni_callback = lambda _, asked, __: names.append(asked)
    trusting = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return served, trusting, names
