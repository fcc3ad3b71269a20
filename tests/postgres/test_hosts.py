"""An address of several hosts: one that does not answer costs a second, once, and a wrong one nothing."""

from __future__ import annotations

import re
import time
from pathlib import Path

import asyncpg
import pytest

from api.postgres import connecting
from api.postgres.connecting import Hosts, connect
from api.postgres.database import Database
from db.server.access import Access, ServerError, connect_timeout, external, hosts_of
from monitoring.watcher import Watcher
from tests.postgres.silence import frozen_host, several, socket_of

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql:///x", []),
        ("postgresql://db/x", [("db", None)]),
        ("postgresql://u:p@a:1,b/x", [("a", 1), ("b", None)]),
        ("postgresql://[::1]:5433,b:2/x", [("::1", 5433), ("b", 2)]),
        ("postgresql:///x?host=a,b&port=1,2", [("a", 1), ("b", 2)]),
        ("postgresql:///x?host=a,b,c&port=1", [("a", 1), ("b", 1), ("c", 1)]),
        ("postgresql://u@/x?host=%2Frun%2Fa%2C%2Frun%2Fb", [("/run/a", None), ("/run/b", None)]),
        ("postgresql:///x?host=::1,a:5", [("::1", None), ("a", 5)]),
    ],
)
def test_the_hosts_of_an_address(url: str, hosts: list[tuple[str, int | None]]) -> None:
    assert hosts_of(url) == hosts
    assert connect_timeout(url) == (2 if len(hosts) > 1 else 10)
    assert ("connect_timeout=2" in Access(url, "s").admin()) == (len(hosts) > 1)


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(ServerError, match="the port 54x is not a number"):
        external("postgresql://a:1,b:54x/x", "s")


async def ask(access: Access, hosts: Hosts | None = None) -> float:
    """Connects, asks, and returns how long that took."""
    began = time.monotonic()
    connection = await connect(access.url("web_anonymous"), hosts, timeout=10)
    try:
        assert await connection.fetchval("SELECT session_user") == "web_anonymous"
    finally:
        await connection.close()
    return time.monotonic() - began


async def test_a_frozen_host_costs_a_second_and_is_the_last_one_from_then_on(access: Access) -> None:
    with frozen_host() as port:
        there = several(access, ("127.0.0.1", port), socket_of(access), target_session_attrs="read-write")
        hosts = Hosts(there.public_url())
        assert 0.9 < await ask(there, hosts) < 5
        assert await ask(there, hosts) < 0.9


async def test_the_pools_of_a_database_learn_from_each_other_and_from_no_other_database(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one knows is kept with it, not in the process: another database begins with the order of its address."""
    monkeypatch.setattr(connecting, "PATIENCE", (0.2, 3.0))
    with frozen_host() as port:
        there = several(access, ("127.0.0.1", port), socket_of(access))
        one, other = (Database(there, {"web_anonymous": 1, "web_customer": 1}) for _ in range(2))
        await one.fetch("web_anonymous", "SELECT 1", [])
        assert {pool.hosts.order[-1] for pool in one.pools.values()} == {("127.0.0.1", port)}
        assert {pool.hosts.order[0] for pool in other.pools.values()} == {("127.0.0.1", port)}
        await one.close()


async def test_several_frozen_hosts_before_the_one_that_serves_do_not_use_up_the_time(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is over before it is reached; the next attempt begins where this one ended."""
    monkeypatch.setattr(connecting, "PATIENCE", (0.3, 0.9))
    with frozen_host() as one, frozen_host() as two, frozen_host() as three:
        hosts = [("127.0.0.1", port) for port in (one, two, three)]
        there = several(access, *hosts, socket_of(access))
        with pytest.raises(ConnectionError, match=r"no host serves: 127\.0\.0\.1: no answer"):
            await connect(there.url("web_anonymous"), known := Hosts(there.public_url()), timeout=0.75)
        assert await ask(there, known) < 2


async def test_what_the_address_does_not_ask_for_is_passed_over(access: Access) -> None:
    """No standby among them, and a port where nobody listens: said at once, host by host."""
    began = time.monotonic()
    there = several(access, socket_of(access), ("127.0.0.1", 1), target_session_attrs="standby")
    with pytest.raises(ConnectionError, match=r"not the kind of server that the address asks for; 127\.0\.0\.1: .*"):
        await connect(there.url("web_anonymous"), timeout=10)
    assert time.monotonic() - began < 2
    await ask(several(access, ("127.0.0.1", 1), socket_of(access), target_session_attrs="prefer-standby"))


async def test_a_wrong_password_is_said_as_it_is(access: Access) -> None:
    there = several(access, socket_of(access), socket_of(access))
    with pytest.raises(asyncpg.InvalidPasswordError):
        await connect(Access(there.admin_url, "n" * 40).url("web_anonymous"), timeout=10)


async def test_a_single_frozen_host_is_away(access: Access) -> None:
    with frozen_host() as port:
        there = several(access, ("127.0.0.1", port))
        with pytest.raises(ConnectionError, match="does not answer"):
            await connect(there.url("web_anonymous"), timeout=0.2)


def test_monitoring_asks_the_primary_behind_a_frozen_host(access: Access) -> None:
    """Its session is read-only. Set as an option of the connection, no server would be read-write enough."""
    with frozen_host() as port:
        there = several(access, ("127.0.0.1", port), socket_of(access), target_session_attrs="read-write")
        watcher = Watcher(there, "storeproc top")
        try:
            assert watcher.ask("glance")["standby"] is False
            assert watcher.connection is not None
            assert watcher.connection.execute("SHOW transaction_read_only").fetchone() == ("on",)
        finally:
            watcher.close()


def test_every_part_connects_in_this_way() -> None:
    """asyncpg.connect() alone would wait for a frozen host for ever, or for as long as all hosts together may take."""
    own = ROOT / "api" / "postgres" / "connecting.py"
    others = [file for file in (ROOT / "api").rglob("*.py") if file != own]
    assert [file for file in others if re.search(r"asyncpg\.(connect|create_pool)\(", file.read_text())] == []
