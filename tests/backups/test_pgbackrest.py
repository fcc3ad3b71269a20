"""pgbackrest.conf and the commands of the README: both repositories get backups, encrypt them and let them expire.

Debian's pgBackRest does not know PostgreSQL 18, so the server here is Debian's, an older one, with an empty database.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backups.conftest import ROOT

SERVERS = sorted(Path("/usr/lib/postgresql").glob("1[3-5]/bin"))
README = (ROOT / "backups/README.md").read_text().partition("\n## pgBackRest\n")[2].partition("\n## ")[0]
pytestmark = pytest.mark.skipif(
    not SERVERS or shutil.which("pgbackrest") is None or os.geteuid() != 0,
    reason="needs root, and Debian's postgresql-15 and pgbackrest",
)


class Machine:
    """A server whose log pgBackRest archives, and its two repositories."""

    def __init__(self, home: Path) -> None:
        self.home, self.data = home, home / "data"
        self.repositories = [home / "repo1", home / "repo2"]
        self.configuration = home / "pgbackrest.conf"

    def run(self, command: str) -> str:
        user = pwd.getpwnam("postgres")
        secrets = {f"PGBACKREST_REPO{number}_CIPHER_PASS": f"passphrase {number}" for number in (1, 2)}
        done = subprocess.run(
            ["bash", "-euc", command],
            cwd=self.home,
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            env={
                "PATH": f"{SERVERS[-1]}:/usr/bin:/bin",
                "PGHOST": str(self.home),
                "PGBACKREST_CONFIG": str(self.configuration),
                **secrets,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def psql(self, statements: str) -> str:
        return self.run(f"psql -XAtq -v ON_ERROR_STOP=1 -d storeproc <<'END'\n{statements}\nEND")

    def labels(self, repository: int) -> list[str]:
        """The backups in a repository, the oldest first."""
        (stanza,) = json.loads(self.run(f"pgbackrest --stanza=store --repo={repository} --output=json info"))
        return [backup["label"] for backup in stanza["backup"]]


def configure(machine: Machine) -> None:
    """The configuration as it is documented, with folders in place of S3 and of the system's."""
    text = (ROOT / "backups/pgbackrest.conf").read_text()
    text = re.sub(r"^repo1-(type|s3-.*)=.*\n", "", text, flags=re.MULTILINE)
    for name, value in (
        ("repo1-path", machine.repositories[0]),
        ("repo2-path", machine.repositories[1]),
        ("spool-path", machine.home / "spool"),
        ("pg1-path", f"{machine.data}\npg1-socket-path={machine.home}"),
    ):
        text, found = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        assert found == 1, name
    text = text.replace("[global]\n", f"[global]\nlog-path={machine.home}\nlock-path={machine.home}/locks\n", 1)
    machine.configuration.write_text(text)


@pytest.fixture
def machine(folder: Path) -> Iterator[Machine]:
    home = folder / "br"
    home.mkdir()
    made = Machine(home)
    configure(made)
    shutil.chown(home, "postgres", "postgres")
    made.run(f"initdb --no-sync --auth=trust --pgdata={made.data} >{home}/initdb.log")
    (archiving,) = re.findall(r"archive_command = ('.*?')$", README, re.MULTILINE)
    settings = f"archive_mode = on\narchive_command = {archiving}\nfsync = off\nlisten_addresses = ''\n"
    with (made.data / "postgresql.conf").open("a") as file:
        file.write(f"{settings}unix_socket_directories = '{home}'\n")
    made.run(f"pg_ctl --pgdata={made.data} --log={home}/log --wait start")
    yield made
    made.run(f"pg_ctl --pgdata={made.data} --mode=immediate stop || true")


def commands(*words: str) -> list[str]:
    """The commands of the README that contain all of these words."""
    lines = re.findall(r"^    (\S.*)$", README, re.MULTILINE)
    return [line for line in lines if all(word in line for word in words)]


def test_both_repositories_are_encrypted_get_backups_and_expire(machine: Machine) -> None:
    machine.run("createdb storeproc")
    machine.psql("CREATE ROLE store_backup LOGIN REPLICATION; CREATE TABLE note AS SELECT 'a' AS text;")
    machine.psql("\n".join(commands("GRANT")))
    (create,) = commands("stanza-create")
    machine.run(create)
    (backup,) = commands("--type=incr", "backup")
    machine.run(backup)
    machine.run(backup.replace("--type=incr", "--type=full"))
    assert len(machine.labels(1)) == 2, "nothing of the last 14 days expires"
    assert len(machine.labels(2)) == 1, "one is kept beside the server"
    for repository in machine.repositories:
        files = [path for path in repository.rglob("*") if path.is_file() and not path.is_symlink()]
        assert len(files) > 4
        assert {path.read_bytes()[:8] for path in files} == {b"Salted__"}, "each is encrypted"

    machine.psql("INSERT INTO note VALUES ('b'); SELECT pg_switch_wal();")
    machine.run("pgbackrest --stanza=store check")
    machine.run(f"pg_ctl --pgdata={machine.data} --mode=immediate stop")
    shutil.rmtree(machine.repositories[1])  # the disk beside the server is lost, too
    machine.run("pgbackrest --stanza=store --repo=1 restore")
    machine.run(f"pg_ctl --pgdata={machine.data} --log={machine.home}/log --wait start")
    assert machine.psql("SELECT string_agg(text, ' ' ORDER BY text) FROM note").strip() == "a b"
