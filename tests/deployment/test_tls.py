"""TLS to somebody else's server, by the usual parameters of DATABASE_URL, in every part of the store.

The server of the tests has no TLS. Before it stands one that has: it answers the SSLRequest as PostgreSQL does, proves
itself with a certificate made here, and hands on what comes; as many managed servers do it.
"""

from __future__ import annotations

import asyncio
import datetime
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import asyncpg
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.settings import Settings
from api.settings_source import SettingsError
from db.server.access import Access
from db.server.processes import die_with_parent
from tests.support.cluster import ROOT

pytestmark = pytest.mark.anyio

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
GSS_REQUEST = (8).to_bytes(4, "big") + (80877104).to_bytes(4, "big")


# --- certificates ---------------------------------------------------------------------------------


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


# --- the server that has TLS ----------------------------------------------------------------------


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


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    folder = tmp_path_factory.mktemp("certificates")
    ours, foreign = Authority(folder, "ours"), Authority(folder, "foreign")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ours.issue("server", "localhost"))
    return Trust(folder, ours, foreign, context, ours.issue("client"))


@pytest.fixture(scope="module")
def socket_file(access: Access) -> str:
    return parse_qs(urlsplit(access.admin_url).query)["host"][0] + "/.s.PGSQL.5432"


@pytest.fixture
def tls(socket_file: str, trust: Trust) -> Iterator[Gate]:
    with opened(Gate(socket_file, trust.server)) as gate:
        yield gate


@pytest.fixture
def bare(socket_file: str) -> Iterator[Gate]:
    """A server without TLS, or whoever stands in the way and says that it has none."""
    with opened(Gate(socket_file, None)) as gate:
        yield gate


def through(gate: Gate, access: Access, host: str = "localhost", **parameters: object) -> Access:
    """The administrator's way through the gate."""
    query = urlencode({name: str(value) for name, value in parameters.items()}, quote_via=quote)
    url = f"postgresql://postgres:{access.password('postgres')}@{host}:{gate.port}/{access.database}?{query}"
    return Access(url, access.secret)


# --- both drivers ---------------------------------------------------------------------------------


async def by_asyncpg(access: Access) -> None:
    connection = await asyncpg.connect(access.url("web_anonymous"), timeout=10)
    try:
        assert await connection.fetchval("SELECT session_user") == "web_anonymous"
    finally:
        await connection.close(timeout=5)


async def by_psycopg(access: Access) -> None:
    def ask() -> None:
        with psycopg.connect(access.admin(), connect_timeout=10) as connection:
            assert connection.execute("SELECT session_user").fetchone() == ("postgres",)

    await asyncio.to_thread(ask)


DRIVERS = pytest.mark.parametrize("connect_by", [by_asyncpg, by_psycopg])
Way = Callable[[Access], Any]


@DRIVERS
@pytest.mark.parametrize(
    ("mode", "host", "encrypted"),
    [
        ("disable", "localhost", False),
        ("prefer", "localhost", True),
        ("require", "localhost", True),
        ("verify-ca", "localhost", True),
        ("verify-ca", "127.0.0.1", True),  # whose name it is not: this mode does not ask
        ("verify-full", "localhost", True),
        (None, "localhost", True),
    ],
)
async def test_each_mode_is_kept(
    connect_by: Way, mode: str | None, host: str, encrypted: bool, tls: Gate, access: Access, trust: Trust
) -> None:
    parameters: dict[str, object] = {"sslmode": mode} if mode else {}
    if mode and mode.startswith("verify"):
        parameters["sslrootcert"] = trust.ours.certificate
    await connect_by(through(tls, access, host, **parameters))
    assert (tls.encrypted, tls.plain) == ((1, 0) if encrypted else (0, 1))


@DRIVERS
@pytest.mark.parametrize(
    ("mode", "host", "authority", "complaint"),
    [
        ("verify-full", "127.0.0.1", "ours", "does not match|mismatch|not valid for"),
        ("verify-full", "localhost", "foreign", "certificate verify failed"),
        ("verify-ca", "localhost", "foreign", "certificate verify failed"),
        ("require", "localhost", "foreign", "certificate verify failed"),  # a file that is named is used
    ],
)
async def test_who_cannot_prove_itself_is_refused(
    connect_by: Way, mode: str, host: str, authority: str, complaint: str, tls: Gate, access: Access, trust: Trust
) -> None:
    root = getattr(trust, authority).certificate
    with pytest.raises((OSError, psycopg.OperationalError), match=complaint):
        await connect_by(through(tls, access, host, sslmode=mode, sslrootcert=root))
    assert (tls.encrypted, tls.plain) == (0, 0)


@DRIVERS
@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
async def test_nothing_goes_in_the_clear_where_tls_is_required(
    connect_by: Way, mode: str, bare: Gate, access: Access, trust: Trust
) -> None:
    root = {} if mode == "require" else {"sslrootcert": trust.ours.certificate}
    with pytest.raises((OSError, psycopg.OperationalError), match=r"SSL|TLS"):
        await connect_by(through(bare, access, sslmode=mode, **root))
    assert (bare.encrypted, bare.plain) == (0, 0)  # not even the name of a user


@DRIVERS
async def test_prefer_takes_what_there_is(connect_by: Way, bare: Gate, access: Access) -> None:
    await connect_by(through(bare, access, sslmode="prefer"))
    assert (bare.encrypted, bare.plain) == (0, 1)


@DRIVERS
async def test_a_client_proves_itself_with_its_certificate(
    connect_by: Way, socket_file: str, access: Access, trust: Trust
) -> None:
    with opened(Gate(socket_file, asking(trust), plain_allowed=False)) as gate:
        certificate, key = trust.client
        await connect_by(through(gate, access, sslmode="require", sslcert=certificate, sslkey=key))
        assert (gate.encrypted, gate.plain) == (1, 0)
        with pytest.raises((OSError, psycopg.OperationalError, asyncpg.InterfaceError)):
            await connect_by(through(gate, access, sslmode="require"))
        stranger, its_key = trust.foreign.issue("stranger")
        with pytest.raises((OSError, psycopg.OperationalError, asyncpg.InterfaceError)):
            await connect_by(through(gate, access, sslmode="require", sslcert=stranger, sslkey=its_key))
        assert (gate.encrypted, gate.plain) == (1, 0)


@DRIVERS
async def test_parameters_that_one_driver_does_not_know_stop_neither(
    connect_by: Way, tls: Gate, access: Access
) -> None:
    more = {"connect_timeout": 5, "channel_binding": "prefer", "keepalives_idle": 30, "gssencmode": "disable"}
    await connect_by(through(tls, access, sslmode="require", application_name="a shop", **more))
    assert (tls.encrypted, tls.plain) == (1, 0)


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("sslmode=requires", "sslmode=requires is none of"),
        ("sslmode=verify-full&sslrootcert=/nowhere/ca.crt", "sslrootcert=/nowhere/ca.crt is not a file"),
        ("sslmode=verify-full&sslrootcert=system", "name the file"),
        ("sslmode=require&channel_binding=require", "cannot keep channel_binding=require"),
        ("sslmode=require&require_auth=scram-sha-256", "cannot keep require_auth"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_the_start(query: str, complaint: str) -> None:
    for name in ("DATABASE_URL", "POOLER_URL", "DATABASE_REPLICA_URL"):
        with pytest.raises(SettingsError, match=re.escape(complaint)) as refusal:
            Settings.from_env({name: f"postgresql://db.example/storeproc?{query}"})
        assert str(refusal.value).startswith(f"{name}: ")


# --- every part of the store ----------------------------------------------------------------------


def asking(trust: Trust) -> ssl.SSLContext:
    """The server's context, which asks for a client's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*trust.ours.issue("strict", "localhost"))
    context.load_verify_locations(trust.ours.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # a refused client hears of it in the handshake
    return context


@dataclass
class Store:
    """The commands of a store whose database is behind a gate that lets nothing through in the clear."""

    environment: dict[str, str]

    def run(self, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        return done.returncode, done.stdout + done.stderr


def store_at(access: Access, folder: Path, **more: str) -> Store:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "STOREPROC_"))}
    return Store(
        {
            **kept,
            "DATABASE_URL": access.admin_url,
            "STOREPROC_SECRET": access.secret,
            "STOREPROC_DATA": str(folder),
            "WEB_CONCURRENCY": "1",
            **more,
        }
    )


@pytest.fixture
def strict(socket_file: str, trust: Trust) -> Iterator[Gate]:
    with opened(Gate(socket_file, asking(trust), plain_allowed=False)) as gate:
        yield gate


def proven(trust: Trust) -> dict[str, object]:
    certificate, key = trust.client
    return {
        "sslmode": "verify-full",
        "sslrootcert": trust.ours.certificate,
        "sslcert": certificate,
        "sslkey": key,
    }


def test_every_command_speaks_tls(strict: Gate, access: Access, trust: Trust, tmp_path: Path) -> None:
    store = store_at(through(strict, access, **proven(trust)), tmp_path / "data")
    for command in (
        ("migrate", "--check"),
        ("migrate", "--force"),
        ("psql", "--", "-Atc", "SELECT 'psql ' || current_database()"),
        ("run", "psql", "-Atc", "SELECT 'run ' || current_database()"),
        ("run", "pg_dump", "--schema-only", "--schema=api"),
        ("top", "--once", "--json"),
    ):
        before = strict.encrypted
        status, said = store.run(*command)
        assert status == 0, (command, said[-2000:])
        assert strict.encrypted > before, command
        if "psql" in command:
            assert access.database in said
    assert strict.plain == 0


def test_parameters_may_be_in_the_environment(strict: Gate, access: Access, trust: Trust, tmp_path: Path) -> None:
    """As libpq reads them: no part drops them on the way, and with them the proof of who the server is."""
    given = {f"PG{name.upper()}": str(value) for name, value in proven(trust).items()}
    store = store_at(through(strict, access), tmp_path / "data", **given)
    for command in (("psql", "--", "-Atc", "SELECT 1"), ("run", "psql", "-Atc", "SELECT 1"), ("migrate", "--check")):
        status, said = store.run(*command)
        assert status == 0, (command, said)
    assert (strict.encrypted >= 6, strict.plain) == (True, 0)
    distrustful = store_at(
        through(strict, access), tmp_path, **given | {"PGSSLROOTCERT": str(trust.foreign.certificate)}
    )
    for command in (("psql", "--", "-Atc", "SELECT 1"), ("run", "psql", "-Atc", "SELECT 1")):
        status, said = distrustful.run(*command)
        assert (status, "certificate verify failed" in said) == (1, True), said


def test_dumps_speak_tls(strict: Gate, access: Access, trust: Trust, tmp_path: Path) -> None:
    store = store_at(through(strict, access, **proven(trust)), tmp_path / "data")
    status, said = store.run("run", str(ROOT / "backups" / "backup.sh"), "--to", str(tmp_path / "dumps"))
    assert status == 0, said
    assert len(list((tmp_path / "dumps").iterdir())) == 1
    assert strict.encrypted > 2
    assert strict.plain == 0


def test_a_store_runs_over_tls(strict: Gate, access: Access, trust: Trust, tmp_path: Path) -> None:
    """`up`: migrate, web tier and worker. A mail that an account asks for is written by the worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = tmp_path / "data"
    store = store_at(through(strict, access, **proven(trust)), data, PORT=str(port))
    log = tmp_path / "up.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "up", "--no-demo"],
            cwd=ROOT,
            env=store.environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        shop = f"http://127.0.0.1:{port}/v1"
        until(lambda: answers(shop.removesuffix("/v1") + "/health/ready"), log)
        body = b'{"email":"tls@shop.example","password":"Correct-Horse-9"}'
        assert answers(shop + "/accounts", body)
        assert answers(shop + "/password-resets", b'{"email":"tls@shop.example"}')
        until(lambda: any((data / "mail").glob("*")), log)
        assert strict.encrypted >= 6
        assert strict.plain == 0
    finally:
        process.terminate()
        process.wait(60)


def answers(url: str, body: bytes | None = None) -> bool:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return bool(response.status < 300)
    except urllib.error.HTTPError as error:
        if body is not None:
            pytest.fail(error.read().decode())
        return False
    except OSError:
        return False


def until(true: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.05)


@pytest.mark.parametrize("command", ["migrate", "up", "web", "psql"])
def test_a_server_that_nobody_vouches_for_is_refused_in_a_line(
    command: str, tls: Gate, access: Access, trust: Trust, tmp_path: Path
) -> None:
    store = store_at(
        through(tls, access, sslmode="verify-full", sslrootcert=trust.foreign.certificate), tmp_path, PORT="0"
    )
    status, said = store.run(command)
    assert status == 1, said
    assert "certificate verify failed" in said
    assert "Traceback" not in said
    assert access.password("postgres") not in said
    assert tls.plain == tls.encrypted == 0


def test_a_worker_says_why_it_waits(tls: Gate, access: Access, trust: Trust, tmp_path: Path) -> None:
    """It goes on trying: a certificate may be mended while it runs."""
    unknown = through(tls, access, sslmode="verify-full", sslrootcert=trust.foreign.certificate)
    worker = subprocess.Popen(
        [sys.executable, "-m", "api.worker"],
        cwd=ROOT,
        env=store_at(unknown, tmp_path).environment,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        assert worker.stdout is not None
        line = next(line for line in worker.stdout if "waiting" in line)
        assert "certificate verify failed" in line
    finally:
        worker.terminate()
        worker.communicate(timeout=60)
    assert tls.plain == tls.encrypted == 0
