"""TLS by the usual parameters of DATABASE_URL, as both drivers keep them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import asyncpg
import psycopg
import pytest

from api.settings import Settings
from api.settings_source import SettingsError
from db.server.access import Access
from tests.deployment.tls.gate import Gate, Trust, asking, opened, through

pytestmark = pytest.mark.anyio


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
