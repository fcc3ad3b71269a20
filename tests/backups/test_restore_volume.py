"""The service point-in-time of docker-compose.yml: one command puts the database of the volume back to a moment.

Long: the command checks every invariant, so the database must be a migrated one.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from db.deploy import migrate
from db.server.supervisor import Server
from tests.backups.conftest import FAST, Store, archived, ask_nothing

Run = Callable[..., subprocess.CompletedProcess[str]]
SECRET = "compose!" * 8


def test_the_volume_is_put_back_to_a_moment(folder: Path, run: Run) -> None:
    home, volume = folder / "shop", folder / "volume"
    for place in (home, volume, volume / "18"):
        place.mkdir()
        place.chmod(0o755)
    store = Store(home)
    access = store.start()
    try:
        migrate.migrate(access)
        ask_nothing(access, "CREATE TABLE public.notes (text text)")
        store.back_up(access)
        at = store.note(access, "a")
        store.note(access, "b")
        archived(store, access)
    finally:
        store.stop()
    cluster = volume / "18" / "docker"
    (store.data / "postgres").rename(cluster)
    inode = cluster.stat().st_ino
    password = folder / "postgres_password"
    password.write_text(replace(access, secret=SECRET).password("postgres") + "\n")

    def put_back(port: int, moment: str) -> subprocess.CompletedProcess[str]:
        return run(
            "restore_volume.sh", "--to", moment,
            DATABASE_VOLUME=str(volume), DATABASE_HOST="127.0.0.1", DATABASE_PORT=str(port),
            POSTGRES_PASSWORD_FILE=str(password), STOREPROC_BACKUPS=str(store.folder),
        )  # fmt: skip

    with socket.create_server(("127.0.0.1", 0)) as running:
        refused = put_back(running.getsockname()[1], at.isoformat())
    assert refused.returncode == 1
    assert refused.stderr == "restore_volume.sh: the database is running: docker compose stop\n"
    refused = put_back(1, "2020-01-01T00:00:00Z")
    assert refused.returncode == 1
    assert "2020-01-01" in refused.stderr
    assert cluster.stat().st_ino == inode
    assert [each.name for each in volume.iterdir()] == ["18"], "nothing half is left"

    done = put_back(1, at.isoformat())
    assert done.returncode == 0, done.stdout + done.stderr
    assert [each.name for each in volume.iterdir()] == ["18"]
    (kept,) = (volume / "18").glob("docker.before-*")
    assert kept.stat().st_ino == inode
    assert f"18/{kept.name}" in done.stdout

    waiting = cluster / "pg_wal" / "archive_status" / "00000002.history.ready"
    assert waiting.exists(), "the container's server archives the new timeline from its first file on"

    # The container's server, with the administrator's password of .secrets.
    (folder / "container").mkdir()
    (folder / "container").chmod(0o755)
    cluster.rename(folder / "container" / "postgres")
    container = Server(folder / "container", settings=FAST, secret=SECRET)
    restored = container.start()
    try:
        assert store.notes(restored) == "a"
    finally:
        container.stop()
