"""The storeproc command as a person meets it: one clear line for what is wrong, a log to read, and settings."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api import log
from api.settings import Settings
from api.settings_source import SettingsError
from db.server.access import Access
from tests.cli.conftest import ROOT, environment, on, refusal, storeproc
from tests.support.cluster import Cluster

# --- what is wrong is one line


def test_a_port_in_use(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = storeproc("up", PORT=str(port), STOREPROC_DATA=str(data))
    assert (
        refusal(done)
        == f"storeproc: port {port} of 127.0.0.1 is in use: stop what uses it, or choose another with PORT={port + 1}."
    )
    assert list(data.iterdir()) == [], "nothing was made before it was known"


def test_an_unreachable_database(data: Path, port: int) -> None:
    for command in (("up",), ("migrate",), ("check",)):
        done = storeproc(
            *command, PORT=str(port), STOREPROC_DATA=str(data), DATABASE_URL="postgresql://127.0.0.1:1/store"
        )
        assert "no PostgreSQL answers at 127.0.0.1:1/store" in refusal(done)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "eighty", "PORT=eighty: a whole number from 0 to 65535"),
        ("PORT", "70000", "PORT=70000"),
        ("HOST", "not a host", "HOST=not a host"),
        ("PUBLIC_URL", "shop.example", "PUBLIC_URL=shop.example"),
        ("STOREPROC_SECRET", "short", "STOREPROC_SECRET: 32 characters or more are expected"),
        ("STOREPROC_ENVIRONMENT", "prod", "STOREPROC_ENVIRONMENT=prod: one of development, demo, production"),
        ("TRUSTED_PROXIES", "10.0.0.0/33", "TRUSTED_PROXIES"),
        ("CORS_ORIGINS", "https://shop.example/path", "CORS_ORIGINS"),
        ("POOL_SIZES", "web_king=3", "POOL_SIZES=web_king=3"),
    ],
)
def test_a_setting_that_makes_no_sense(data: Path, name: str, value: str, words: str) -> None:
    said = refusal(storeproc("up", **{"STOREPROC_DATA": str(data), name: value}))
    assert words in said
    assert value not in said or value != "short", "a secret is not repeated"


def test_settings_have_defaults_and_never_show_a_secret() -> None:
    settings = Settings.from_env({"STOREPROC_SECRET": "s" * 40, "DATABASE_URL": "postgresql://a:b@c/d", "PORT": ""})
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert "s" * 40 not in repr(settings)
    assert "a:b" not in repr(settings)
    assert 8 <= sum(settings.pool_sizes.values()) <= 17
    with pytest.raises(SettingsError):
        Settings.from_env({"RATE_LIMIT": "-1"})


def test_tools_say_that_there_is_no_database(data: Path) -> None:
    for command in (("check",), ("psql",), ("token", "customer"), ("worker",), ("web",), ("demo",)):
        assert f"there is no database in {data}" in refusal(storeproc(*command, STOREPROC_DATA=str(data), PORT="0"))


def test_another_major_version(data: Path, port: int) -> None:
    (data / "postgres").mkdir()
    (data / "postgres" / "PG_VERSION").write_text("17\n")
    assert "was made by PostgreSQL 17, and this is 18" in refusal(
        storeproc("up", PORT=str(port), STOREPROC_DATA=str(data))
    )


# --- tools


def test_migrate_check_says_what_is_pending(cluster: Cluster, worker_id: str) -> None:
    name = f"cli_{worker_id}"
    access = Access(cluster.access.admin(name), cluster.access.secret)
    try:
        before = storeproc("migrate", "--check", **on(access))
        assert before.returncode == 1
        assert "pending: the database is created" in before.stdout
        assert storeproc("migrate", **on(access)).returncode == 0
        after = storeproc("migrate", "--check", **on(access))
        assert (after.returncode, after.stdout) == (0, "nothing is pending\n")
    finally:
        cluster.drop(name)


def test_psql_is_administrator(access: Access) -> None:
    done = storeproc("psql", "--", "-Atc", "SELECT current_user, current_database()", **on(access))
    assert done.stdout == f"postgres|{access.database}\n", done.stderr
    assert storeproc("psql", "--", "-c", "SELECT 1/0", **on(access)).returncode == 1, "psql's status is ours"


def test_production_gets_no_local_tokens_and_no_demo(access: Access) -> None:
    for command in (("token", "customer"), ("demo",)):
        assert "production" in refusal(storeproc(*command, **on(access, STOREPROC_ENVIRONMENT="production")))
    assert storeproc("migrate", "--environment", "production", **on(access)).returncode == 0
    try:
        for command in (("token", "customer"), ("demo",)):
            assert "marked production" in refusal(storeproc(*command, **on(access)))
    finally:
        assert storeproc("migrate", "--environment", "development", **on(access)).returncode == 0


def test_check_proves_the_invariants(access: Access) -> None:
    done = storeproc("check", **on(access))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BROKEN" not in done.stdout
    assert '"ok": true' in storeproc("check", "--json", **on(access)).stdout


def test_reconcile_compares_and_says_how_far_it_is(access: Access) -> None:
    done = storeproc("reconcile", "--since", "2026-01-01", **on(access))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mock: 0 entries read, 0 payments compared" in done.stdout
    lines = [json.loads(line) for line in storeproc("reconcile", "--json", **on(access)).stdout.splitlines()]
    assert [line["step"]["provider"] for line in lines[:-1]].count("mock") == 2
    last = lines[-1]["reconciled"]
    assert {run["provider"]: run["status"] for run in last} == {
        "mock": "completed", "sslcommerz": "not_available", "stripe": "not_available",
    }  # fmt: skip
    assert "invalid" in storeproc("reconcile", "--since", "yesterday", **on(access)).stderr


# --- the log ------------------------------------------------------------------------------------------


def test_requests_are_short_lines_for_a_person() -> None:
    now = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    request = {"request_id": "r", "operation": "get_order", "method": "GET", "status": 404, "ms": 1.5, "code": "gone"}
    assert log.format_text(request, now)[8:] == "  404  GET    get_order  1.5 ms  gone"
    assert "\x1b[33m404\x1b[0m" in log.format_text(request, now, coloured=True)
    assert log.format_text({"worker": "started", "level": "info"}, now)[8:] == "  worker=started"


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_log_is_json_with_time_and_level_or_text(form: str) -> None:
    program = (
        "from api.log import configure_logging, write_log; import logging; configure_logging()\n"
        "write_log({'operation': 'get_order', 'method': 'GET', 'status': 500, 'ms': 1})\n"
        "logging.getLogger('uvicorn.error').warning('odd')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(STOREPROC_LOG=form),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = done.stdout.splitlines()
    if form == "text":
        assert first.endswith("  500  GET    get_order  1 ms")
        assert second.endswith("  odd")
        return
    records = [json.loads(first), json.loads(second)]
    assert [record["level"] for record in records] == ["error", "warning"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", record["time"]) for record in records)


# --- settings ------------------------------------------------------------------------------------------


def test_the_table_of_settings_is_the_one_in_the_documentation() -> None:
    text = (ROOT / "api" / "README.md").read_text()
    table = text.partition("<!-- settings -->\n")[2].partition("<!-- /settings -->")[0]
    done = storeproc("settings")
    assert done.returncode == 0, done.stderr
    assert table == done.stdout, "write it again: storeproc settings"


def test_every_setting_has_a_description_and_mistakes_are_told_together() -> None:
    for line in storeproc("settings").stdout.splitlines()[2:]:
        assert line.rpartition(" | ")[2].strip(" |"), line
    with pytest.raises(SettingsError) as error:
        Settings.from_env({"PORT": "eighty", "WEB_CONCURRENCY": "99"})
    assert str(error.value).splitlines() == [
        "PORT=eighty: a whole number from 0 to 65535 is expected.",
        "WEB_CONCURRENCY=99: a whole number from 1 to 64 is expected.",
    ]
