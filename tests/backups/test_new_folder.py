"""The documented way to another major version of PostgreSQL: a dump of the old server, restored into a new data folder.

It takes some seconds, because a cluster is made: that is what the way is about.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from db.deploy import migrate
from db.server.access import Access
from db.server.supervisor import Server
from tests.backups.conftest import FAST, ask

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.long
def test_a_dump_is_restored_into_a_new_data_folder(run: Run, access: Access, folder: Path) -> None:
    ask(access, "UPDATE identity.environment SET name = 'production' RETURNING name")
    settings = {"DATABASE_URL": access.admin(), "STOREPROC_SECRET": access.secret}
    dumped = run("backup.sh", "--to", "dumps", **settings)
    assert dumped.returncode == 0, dumped.stdout + dumped.stderr
    (dump,) = (folder / "dumps").iterdir()
    data = folder / "new"
    data.mkdir()
    (data / "secret").write_text(f"{access.secret}\n")
    (data / "secret").chmod(0o600)
    restored = run("restore.sh", dump, STOREPROC_DATA=str(data))
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "storeproc is restored" in restored.stdout
    server = Server(data, settings=FAST)
    try:
        there = server.start()
        plan = migrate.check(there)
        assert (plan.migrations, plan.drift) == ([], [])
        migrate.migrate(there)
        assert migrate.check(there).lines() == []
        assert ask(there, "SELECT name FROM identity.environment") == "production"
        assert ask(there, "SELECT count(*) FROM api.list_categories()", role="web_anonymous") is not None
    finally:
        server.stop()
