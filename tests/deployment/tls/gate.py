"""A gate with TLS before the server of the tests, which has none, and the certificates for it.

It answers the SSLRequest as PostgreSQL does, proves itself with a certificate made here, and hands on what comes; as
many managed servers do it.
"""

from __future__ import annotations

import asyncio
import datetime
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from db.server.access import Access

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
GSS_REQUEST = (8).to_bytes(4, "big") + (80877104).to_bytes(4, "big")


class Authority:
    """A certificate authority in a folder: `certificate` is what its friends trust."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self._certificate(self.name, self.key).add_extension(x509.BasicConstraints(True, None), True)
        self.certificate = self._write(f"{name}.crt", made.sign(self.key, hashes.SHA256()))

    def issue(self, common_name: str, *hosts: str) -> tuple[Path, Path]:
        """The files of a certificate and its key, for a server of these names or for a client."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._certificate(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]), key)
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), False)
        file = self.folder / f"{common_name}.key"
        file.touch(0o600)  # libpq takes no key that others can read
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return self._write(f"{common_name}.crt", made.sign(self.key, hashes.SHA256())), file

    def _certificate(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(hours=1))
        )

    def _write(self, name: str, made: x509.Certificate) -> Path:
        file = self.folder / name
        file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        return file


@dataclass
class Gate:
    """Before the server's socket. Counts what came how."""

    socket_file: str
    context: ssl.SSLContext | None  # without one it answers N, as a server that has no TLS
    plain_allowed: bool = True
    port: int = 0
    encrypted: int = 0
    plain: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            first = await reader.readexactly(8)
            if first == GSS_REQUEST:
                writer.write(b"N")
                first = await reader.readexactly(8)
            if first == SSL_REQUEST and self.context is not None:
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(self.context)
                first = await reader.readexactly(8)
                self.encrypted += 1
            else:
                if first == SSL_REQUEST:
                    writer.write(b"N")
                    first = await reader.readexactly(8)
                self.plain += 1
                if not self.plain_allowed:
                    writer.close()
                    return
            theirs, ours = await asyncio.open_unix_connection(self.socket_file)
            ours.write(first)
            await asyncio.gather(_hand_on(reader, ours), _hand_on(theirs, writer))
        writer.close()


async def _hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, ssl.SSLError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@contextmanager
def opened(gate: Gate) -> Iterator[Gate]:
    loop = asyncio.new_event_loop()
    started = threading.Event()
    stop = asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(gate.serve, "127.0.0.1", 0)
        gate.port = server.sockets[0].getsockname()[1]
        started.set()
        async with server:
            await stop.wait()

    def run() -> None:
        loop.run_until_complete(serve())
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(60)
    try:
        yield gate
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)


@dataclass(frozen=True)
class Trust:
    folder: Path
    ours: Authority
    foreign: Authority
    server: ssl.SSLContext
    client: tuple[Path, Path]


def through(gate: Gate, access: Access, host: str = "localhost", **parameters: object) -> Access:
    """The administrator's way through the gate."""
    query = urlencode({name: str(value) for name, value in parameters.items()}, quote_via=quote)
    url = f"postgresql://postgres:{access.password('postgres')}@{host}:{gate.port}/{access.database}?{query}"
    return Access(url, access.secret)


def asking(trust: Trust) -> ssl.SSLContext:
    """The server's context, which asks for a client's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*trust.ours.issue("strict", "localhost"))
    context.load_verify_locations(trust.ours.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # a refused client hears of it in the handshake
    return context
