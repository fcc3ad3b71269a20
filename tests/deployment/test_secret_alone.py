"""Each consumer's secret is changed alone: the old one opens nothing any more, and nobody else notices.

On a server of its own, with roles and no schema: that is all that passwords need.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from api.cli.main import main
from db.deploy.roles import LOGIN_ROLES, set_passwords
from db.server.access import ADMINISTRATOR, CONSUMERS, SUPERUSER, Access
from db.server.embedded import locate
from db.server.secret import write_secret
from db.server.supervisor import Server
from tests.support.cluster import ROOT

OPENS = {**CONSUMERS, ADMINISTRATOR: (SUPERUSER,)}


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """The data folder of a server that runs, where each consumer has a secret of its own."""
    # Not pytest's tmp_path: a folder below one of mode 0700 is out of reach for the system user that serves root.
    folder = Path(tempfile.mkdtemp(prefix="storeproc-alone-", dir=os.environ["STOREPROC_TEST_DATA"]))
    try:
        with Server(folder, settings={"fsync": "off", "shared_buffers": "16MB"}) as access:
            with psycopg.connect(access.admin("postgres"), autocommit=True) as connection:
                connection.execute("CREATE DATABASE storeproc")
            for consumer in CONSUMERS:
                write_secret(folder, consumer, consumer * 16)
            with psycopg.connect(access.admin()) as connection:
                connection.execute((ROOT / "db" / "roles.sql").read_bytes())
                set_passwords(connection, locate(folder), LOGIN_ROLES)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lets_in(access: Access, role: str) -> bool:
    try:
        psycopg.connect(access.admin() if role == SUPERUSER else access.url(role), connect_timeout=10).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            raise
        return False
    return True


@pytest.mark.parametrize("consumer", OPENS)
def test_it_is_changed_alone(data: Path, consumer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("STOREPROC_", "DATABASE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STOREPROC_DATA", str(data))
    before = locate(data)
    everyone = (*LOGIN_ROLES, SUPERUSER)
    assert all(lets_in(before, role) for role in everyone)
    working = [psycopg.connect(before.url(role), autocommit=True) for role in LOGIN_ROLES]
    try:
        with pytest.raises(SystemExit) as ended:
            main(["secret", "rotate", consumer])
        assert ended.value.code in (0, None)
        after = locate(data)
        assert {role for role in everyone if not lets_in(before, role)} == set(OPENS[consumer])
        assert all(lets_in(after, role) for role in everyone)
        # What is connected goes on.
        assert all(connection.execute("SELECT 1").fetchone() == (1,) for connection in working)
    finally:
        for connection in working:
            connection.close()
    changed = {each for each in CONSUMERS if before.secrets[each] != after.secrets[each]}
    assert changed == {consumer} - {ADMINISTRATOR}
    assert (before.secret != after.secret) == (consumer == ADMINISTRATOR)
    assert (before.gateway_secret("mock") != after.gateway_secret("mock")) == (consumer == "gateway")
