"""Signing keys come and go: nobody is logged out by it, and what they sign with is nowhere to be read."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from db.server.access import Access
from tests.support.cluster import ROOT
from tests.support.connections import refused
from tests.support.forks import run_storeproc
from tests.support.web import WebServer

PASSWORD = "x" * 60
WEB_ROLES = ("anonymous", "guest", "customer", "merchant", "support", "admin", "gateway", "worker")

pytestmark = pytest.mark.anyio


# --- people and processes -------------------------------------------------------------------------


@pytest.fixture
async def log_in(call: Any) -> Callable[..., Any]:
    async def enter(email: str) -> dict[str, Any]:
        await call("web_anonymous", "create_account", email=email, password=PASSWORD)
        session: dict[str, Any] = await call("web_anonymous", "create_session", email=email, password=PASSWORD)
        return session

    return enter


@pytest.fixture(scope="module")
def processes(access: Access, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[WebServer]]:
    """Three web processes, each with its own pools and whatever it may remember."""
    started = [WebServer(access, {}, tmp_path_factory.mktemp("web")) for _ in range(3)]
    try:
        with ThreadPoolExecutor() as threads:
            list(threads.map(WebServer.start, started))
            yield started  # a process ends with the thread that started it
    finally:
        for web in started:
            web.stop()
            web.listener.close()


def storeproc(access: Access, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": access.admin(),
        "STOREPROC_SECRET": access.secret,
        "STOREPROC_DATA": str(folder),
    }
    return run_storeproc(arguments, environment)


def keys(access: Access, folder: Path, *arguments: str) -> list[dict[str, Any]]:
    done = storeproc(access, folder, "keys", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def header_of(token: str) -> dict[str, Any]:
    text = token.split(".")[0]
    header: dict[str, Any] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return header


async def claims_and(admin: Any, token: str, lifetime: str) -> str:
    """A token of the same session that lives as long as this."""
    text = token.split(".")[1]
    claims = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    made: str = await admin.fetchval(
        f"SELECT identity.issue_token($1, $2, $3, interval '{lifetime}')", claims["sub"], claims["role"], claims["sid"]
    )
    return made


# --- rotation -------------------------------------------------------------------------------------


async def test_nobody_is_logged_out_by_rotations(
    access: Access, processes: list[WebServer], client: Any, log_in: Any, tmp_path: Path
) -> None:
    """Clients at three processes, with tokens of every age, through five rotations: each answer is 200."""
    sessions = [await log_in(f"busy{i}@keys.example") for i in range(6)]
    finished = asyncio.Event()
    answers: list[int] = []
    seen: defaultdict[str, set[int]] = defaultdict(set)
    seen_at_all: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def be_busy(number: int) -> None:
        session = sessions[number]
        tokens = [session["access_token"]]
        while not finished.is_set():
            for web in processes:
                for token in {tokens[0], tokens[-1]}:  # the first one, and the newest
                    answers.append((await client.get("/account", token=token, base=web.url)).status_code)
            turn = len(tokens) % len(processes)
            web = processes[turn]
            fresh = await client.post(
                "/sessions/refresh", json={"refresh_token": session["refresh_token"]}, base=web.url
            )
            answers.append(fresh.status_code)
            session = fresh.json()
            tokens.append(session["access_token"])
            kid = header_of(tokens[-1])["kid"]
            seen[kid].add(turn)
            if len(seen[kid]) == len(processes):
                seen_at_all[kid].set()

    clients = [asyncio.create_task(be_busy(number)) for number in range(len(sessions))]
    signing = []
    for _ in range(5):
        signing.append((await asyncio.to_thread(keys, access, tmp_path, "rotate"))[0]["kid"])
        async with asyncio.timeout(60):
            await seen_at_all[signing[-1]].wait()  # every process signs with it without a restart
    finished.set()
    await asyncio.gather(*clients)
    print(f"5 rotations, {len(answers)} requests, {sum(status != 200 for status in answers)} refused")
    assert set(answers) <= {200, 201}
    assert len(answers) > 100


async def test_an_old_token_works_until_it_expires_and_not_when_its_key_is_gone(
    access: Access, call: Any, admin: Any, log_in: Any, tmp_path: Path
) -> None:
    session = await log_in("old@keys.example")
    token = session["access_token"]
    old = header_of(token)["kid"]
    short = await claims_and(admin, token, "2 seconds")
    begun = time.monotonic()
    new = keys(access, tmp_path, "rotate")[0]["kid"]
    states = {key["kid"]: key["state"] for key in keys(access, tmp_path)}
    assert (states[new], states[old]) == ("signs", "verifies")
    await call("web_customer", "get_account", token=token)
    await asyncio.sleep(begun + 2.0 - time.monotonic())
    with refused("token_expired", "SH401"):
        await call("web_customer", "get_account", token=short)

    await call("web_worker", "purge_expired")  # too early: nothing goes
    assert old in {key["kid"] for key in keys(access, tmp_path, "retire")}
    await call("web_customer", "get_account", token=token)

    await admin.execute("UPDATE identity.signing_keys SET retired_at = now() - interval '1 day' WHERE kid = $1", old)
    assert {key["kid"]: key["state"] for key in keys(access, tmp_path)}[old] == "expired"
    with refused("token_invalid", "SH401"):
        await call("web_customer", "get_account", token=token)
    assert await call("web_worker", "purge_expired") >= 1  # the worker removes it
    assert old not in {key["kid"] for key in keys(access, tmp_path)}
    with refused("token_invalid", "SH401"):
        await call("web_customer", "get_account", token=token)
    fresh = await call("web_anonymous", "refresh_session", refresh_token=session["refresh_token"])
    assert header_of(fresh["access_token"])["kid"] == new


async def test_a_leaked_key_is_worth_nothing_at_once(
    access: Access, processes: list[WebServer], client: Any, admin: Any, log_in: Any, tmp_path: Path
) -> None:
    sessions = [await log_in(f"leak{i}@keys.example") for i in range(3)]
    for web, session in zip(processes, sessions, strict=True):
        assert (await client.get("/account", token=session["access_token"], base=web.url)).status_code == 200
    pads = await admin.fetchrow(
        "SELECT header, inner_pad, outer_pad FROM identity.signing_keys WHERE retired_at IS NULL"
    )
    left = keys(access, tmp_path, "rotate", "--revoke")
    assert [key["state"] for key in left] == ["signs"]
    for web, session in zip(processes, sessions, strict=True):
        answer = await client.get("/account", token=session["access_token"], base=web.url)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
        fresh = await client.post("/sessions/refresh", json={"refresh_token": session["refresh_token"]}, base=web.url)
        assert fresh.status_code == 200
        assert (await client.get("/account", token=fresh.json()["access_token"], base=web.url)).status_code == 200

    # Whoever has the key signs a token that would have been good a moment ago.
    body = sessions[0]["access_token"].split(".")[1]
    signature = await admin.fetchval(
        "SELECT identity.encode_base64url(sha256($1::bytea || sha256($2::bytea || convert_to($3, 'UTF8'))))",
        pads["outer_pad"],
        pads["inner_pad"],
        f"{pads['header']}.{body}",
    )
    forged = f"{pads['header']}.{body}.{signature}"
    assert (await client.get("/account", token=forged, base=processes[0].url)).status_code == 401


async def test_a_forged_kid_fails(call: Any, admin: Any, log_in: Any) -> None:
    token = (await log_in("kid@keys.example"))["access_token"]
    await admin.fetchval("SELECT identity.add_signing_key()")
    await admin.fetchval("SELECT identity.add_signing_key()")
    header, body, signature = token.split(".")
    kids = [row["kid"] for row in await admin.fetch("SELECT kid FROM identity.signing_keys")]
    tried = 0
    for kid in [*kids, "", "0" * 32, "../../etc/passwd", "' OR true --", kids[0].upper()]:
        named = json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}, separators=(",", ":")).encode()
        other = urlsafe_b64encode(named).rstrip(b"=").decode()
        if other == header:
            continue
        tried += 1
        with refused("token_invalid", "SH401"):
            await call("web_customer", "get_account", token=f"{other}.{body}.{signature}")
    assert tried >= 6
    await call("web_customer", "get_account", token=token)


async def test_rotations_at_once_leave_one_key_that_signs(access: Access, admin: Any) -> None:
    barrier = asyncio.Barrier(8)

    async def rotate(statement: str) -> None:
        connection = await asyncpg.connect(access.admin())
        try:
            async with asyncio.timeout(60):
                await barrier.wait()
                await connection.execute(statement)
        finally:
            await connection.close()

    await asyncio.gather(
        *(rotate("SELECT identity.add_signing_key()") for _ in range(6)),
        *(rotate("SELECT identity.replace_signing_keys()") for _ in range(2)),
    )
    assert await admin.fetchval("SELECT count(*) FROM identity.signing_keys WHERE retired_at IS NULL") == 1
    with refused("signing_key_twice", "23505"):
        await admin.execute(
            "INSERT INTO identity.signing_keys (kid, header, inner_pad, outer_pad) VALUES ('k', 'h', '', '')"
        )


async def test_an_old_key_is_rotated_by_the_worker(call: Any, admin: Any) -> None:
    signing = "SELECT kid FROM identity.signing_keys WHERE retired_at IS NULL"
    before = await admin.fetchval(signing)
    await call("web_worker", "purge_expired")
    assert await admin.fetchval(signing) == before
    await admin.execute(
        "UPDATE identity.signing_keys SET created_at = now() - interval '91 days' WHERE retired_at IS NULL"
    )
    await call("web_worker", "purge_expired")
    after = await admin.fetchval(signing)
    assert after != before
    await call("web_worker", "purge_expired")
    assert await admin.fetchval(signing) == after


async def test_a_mail_that_waits_survives_that_its_key_is_revoked(call: Any, connect: Any, admin: Any) -> None:
    email = "mail@keys.example"
    await call("web_anonymous", "create_account", email=email, password=PASSWORD)
    await call("web_anonymous", "request_password_reset", email=email, client_address="192.0.2.9")
    job = await admin.fetchrow(
        "SELECT id FROM messaging.outbox WHERE kind = 'send_mail' AND payload ->> 'template' = 'password_reset' "
        "ORDER BY id DESC LIMIT 1"
    )
    await admin.fetchval("SELECT identity.replace_signing_keys()")
    first = await call("web_worker", "prepare_mail", mail_id=job["id"])
    await admin.fetchval("SELECT identity.add_signing_key()")
    assert await call("web_worker", "prepare_mail", mail_id=job["id"]) == first  # sent twice: the same mail
    anonymous = await connect("web_anonymous")
    await anonymous.execute(
        "SELECT api.confirm_password_reset(token => $1, new_password => $2)", first["data"]["token"], "y" * 60
    )


# --- where it is not ------------------------------------------------------------------------------


async def test_what_signs_is_in_no_log_no_audit_and_no_view(
    access: Access, processes: list[WebServer], connect: Any, admin: Any, cluster: Any, tmp_path: Path
) -> None:
    shown = [storeproc(access, tmp_path, "keys", *effect) for effect in ([], ["rotate", "--revoke"], ["rotate"])]
    assert all(done.returncode == 0 for done in shown)
    rows = await admin.fetch(
        "SELECT inner_pad, outer_pad FROM identity.signing_keys "
        "UNION ALL SELECT inner_pad, outer_pad FROM identity.salt_key"
    )
    secrets = [pad for row in rows for pad in row.values()]
    secrets += [bytes(byte ^ 0x36 for byte in row["inner_pad"][:32]) for row in rows]  # the key itself
    assert len(secrets) >= 6
    traces = [form for pad in secrets for form in (pad.hex(), pad.hex().upper(), urlsafe_b64encode(pad).decode()[:40])]

    texts = {"the command": "".join(done.stdout + done.stderr for done in shown)}
    texts |= {f"web {number}": web.log() for number, web in enumerate(processes)}
    texts |= {path.name: path.read_text(errors="replace") for path in (cluster.data / "log").iterdir()}
    changes = await admin.fetch(
        "SELECT operation, db_role, old, new FROM audit.changes WHERE table_name = 'identity.signing_keys'"
    )
    assert {row["operation"] for row in changes} == {"INSERT", "UPDATE", "DELETE"}
    assert all(row["db_role"] for row in changes)
    # Any table but the two, as text.
    for table in await admin.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') "
        "AND (schemaname, tablename) NOT IN (('identity', 'signing_keys'), ('identity', 'salt_key'))"
    ):
        texts[table["name"]] = await admin.fetchval(
            f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table['name']} AS t"
        )
    for where, text in texts.items():
        assert not any(trace in text for trace in traces), where

    # And whatever a web role, an analyst or a DBA's log-in may read.
    readable = 0
    for role in (*(f"web_{audience}" for audience in WEB_ROLES), "store_monitor"):
        connection = await connect(role)
        for relation in await connection.fetch(
            "SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'v', 'm', 'p') AND has_schema_privilege(n.oid, 'USAGE') "
            "AND has_table_privilege(c.oid, 'SELECT') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        ):
            readable += 1
            text = await connection.fetchval(
                f"SELECT coalesce(string_agg(t::text, ''), '') FROM {relation['name']} AS t"
            )
            assert not any(trace in text for trace in traces), (role, relation["name"])
        for attack in (
            "TABLE identity.signing_keys",
            "TABLE identity.salt_key",
            "SELECT identity.list_signing_keys()",
            "SELECT identity.add_signing_key()",
            "SELECT identity.replace_signing_keys()",
            "SELECT identity.retire_signing_keys()",
            "SELECT identity.renew_signing_key()",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(attack)
    assert readable > 0  # the monitor's views at least


async def test_a_shop_from_before_keeps_its_salts_and_one_key_that_signs(make_database: Any) -> None:
    """Migration 0022 on a database whose made-up salts hang on its first signing key, and where two keys sign."""
    migrations = ROOT / "db" / "migrations"
    connection = await asyncpg.connect(make_database().admin())
    try:
        await connection.execute("SET ROLE store_owner")  # as migrations are run
        await connection.execute("DROP INDEX identity.signing_key_twice; DROP TABLE identity.salt_key")
        for age in (3, 2):
            await connection.execute(
                "INSERT INTO identity.signing_keys (kid, header, inner_pad, outer_pad, created_at) "
                "VALUES ($1, $1, sha256($2), sha256($2), now() - interval '1 day' * $3)",
                f"key{age}",
                bytes([age]),
                age,
            )
        await connection.execute((migrations / "0022.keys.sql").read_text())
        keys = await connection.fetch("SELECT kid FROM identity.signing_keys WHERE retired_at IS NULL")
        assert len(keys) == 1
        assert keys[0]["kid"] not in ("key3", "key2")  # the newest goes on signing
        pads = await connection.fetchrow("SELECT inner_pad, outer_pad FROM identity.salt_key")
        assert list(pads.values()) == [hashlib.sha256(bytes([3])).digest()] * 2  # the first key's

        before = await connection.fetchval("SELECT identity.find_salt('nobody@shop.example')")
        await connection.fetchval("SELECT identity.replace_signing_keys()")  # not even when every key goes
        assert await connection.fetchval("SELECT identity.find_salt('nobody@shop.example')") == before
    finally:
        await connection.close()
