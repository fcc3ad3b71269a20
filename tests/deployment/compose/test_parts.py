"""The parts of docker-compose.yml work with their files.

There is no Docker engine in these tests. The database's options start a real PostgreSQL here; the migrate and backup
jobs run against it, with their environment and their secrets as files.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pyrage
import pytest

from db.server.access import CONSUMERS, Access
from db.server.configuration import archiving, shared_settings
from db.server.embedded import find_layout
from db.server.supervisor import Server
from tests.deployment.compose.conftest import ROOT, SECRET


def options(services: dict[str, Any]) -> dict[str, str]:
    """What the database's command sets."""
    first, *rest = services["database"]["command"]
    assert first == "postgres"
    pairs = (option.removeprefix("--").split("=", 1) for option in rest)
    return {name.replace("-", "_"): value for name, value in pairs}


def test_the_database_is_told_what_the_embedded_one_is(services: dict[str, Any]) -> None:
    mounts = {v["target"]: v["source"] for v in services["database"]["volumes"] if v["type"] == "bind"}
    given = options(services)
    assert mounts[given["config_file"]] == str(ROOT / "db" / "postgresql.conf")
    assert mounts[given["hba_file"]] == str(ROOT / "db" / "pg_hba.conf")
    archive = archiving(Path("/backups/wal"))
    assert given["archive_command"] == archive["archive_command"]
    assert given["archive_timeout"] == archive["archive_timeout"]
    shared = shared_settings()
    assert not set(shared) & set(given)  # each is said in one place
    text = (ROOT / "db" / "postgresql.conf").read_text()
    assert set(re.findall(r"^(\S+) =", text, re.MULTILINE)) == set(shared)  # server.py reads every line
    assert shared["shared_preload_libraries"] == "pg_stat_statements, auto_explain"
    assert {name: shared[name] for name in (
        "pg_stat_statements.track", "pg_stat_statements.track_utility", "track_io_timing", "log_parameter_max_length",
        "log_parameter_max_length_on_error", "auto_explain.log_min_duration", "auto_explain.log_nested_statements",
        "auto_explain.log_parameter_max_length", "summarize_wal",
    )} == {
        "pg_stat_statements.track": "top", "pg_stat_statements.track_utility": "off", "track_io_timing": "on",
        "log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0",
        "auto_explain.log_min_duration": "250ms", "auto_explain.log_nested_statements": "on",
        "auto_explain.log_parameter_max_length": "0", "summarize_wal": "on",
    }  # fmt: skip


def services_network(compose: dict[str, Any], name: str) -> str:
    """The addresses of a network."""
    (config,) = compose["networks"][name]["ipam"]["config"]
    return str(config["subnet"])


class Machine:
    """PostgreSQL as the compose file starts it, on an address of this machine's own, and the jobs beside it."""

    def __init__(self, compose: dict[str, Any], home: Path) -> None:
        self.services: dict[str, Any] = compose["services"]
        self.home = home
        self.address = f"127.{os.getpid() % 200 + 20}.{os.getpid() // 200 % 250}.9"
        self.backups = home / "backups"
        wal = self.backups / "wal"
        wal.mkdir(parents=True)
        layout = find_layout(home / "postgres")
        for folder in (self.backups, wal):
            os.chown(folder, layout.uid, layout.gid)
        settings = options(self.services) | {
            "hba_file": str(home / "pg_hba.conf"),
            "listen_addresses": self.address,
            "fsync": "off",
            "shared_buffers": "64MB",
        }
        del settings["config_file"]  # the embedded server reads the same file by itself
        settings["archive_command"] = settings["archive_command"].replace("/backups/wal", str(wal))
        shutil.copy(ROOT / "db" / "pg_hba.conf", home)
        # The system's user postgres is another one here.
        rules = (home / "pg_hba.conf").read_text()
        assert rules.count("peer") == 1
        # The network of the administrator: where connections of this machine come from.
        network = services_network(compose, "administration")
        assert rules.count(network) == 4
        rules = rules.replace("peer", "scram-sha-256").replace(network, "127.0.0.1/32")
        (home / "pg_hba.conf").write_text(rules)
        self.server = Server(home / "postgres", secret=SECRET, settings=settings)
        self.access = self.server.start()
        self.secrets = home / "secrets"
        self.secrets.mkdir()
        for consumer in CONSUMERS:
            (self.secrets / f"{consumer}_secret").write_text(consumer * 16 + "\n")
        self.own = replace(self.access, secrets={consumer: consumer * 16 for consumer in CONSUMERS})
        (self.secrets / "postgres_password").write_text(self.access.password("postgres") + "\n")
        programs = home / "bin"
        programs.mkdir()
        (programs / "storeproc").write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m api.cli "$@"\n')
        (programs / "storeproc").chmod(0o755)
        self.programs = programs

    def environment(self, service: str) -> dict[str, str]:
        given = {name: str(value) for name, value in self.services[service]["environment"].items()}
        for name, value in given.items():
            moved = value.replace("/run/secrets", str(self.secrets)).replace("/backups", str(self.backups))
            given[name] = re.sub(r"@?\bdatabase:5432", lambda m: m[0].replace("database", self.address), moved)
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("STOREPROC_", "DATABASE_", "PG"))
        }
        path = f"{self.programs}:{os.environ['PATH']}"
        return kept | given | {"PYTHONPATH": str(ROOT), "PATH": path, "STOREPROC_DATA": str(self.home / "data")}

    def run(self, service: str, *command: str | Path, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self.environment(service) | changes, cwd=self.home, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    def url(self, role: str, database: str = "storeproc", **parameters: str) -> str:
        password = self.own.password(role)
        more = "".join(f" {name}={value}" for name, value in parameters.items())
        return f"host={self.address} user={role} password={password} dbname={database} connect_timeout=5{more}"

    def ask(self, query: str, role: str = "postgres", database: str = "storeproc") -> Any:
        with psycopg.connect(self.url(role, database), autocommit=True) as connection:
            row = connection.execute(query.encode()).fetchone()
            return row[0] if row else None


@pytest.fixture(scope="module")
def machine(compose: dict[str, Any]) -> Iterator[Machine]:
    home = Path(tempfile.mkdtemp(prefix="storeproc-compose-", dir=os.environ["STOREPROC_TEST_DATA"]))
    home.chmod(0o755)
    made = Machine(compose, home)
    try:
        users = home / "userlist.txt"
        _, option, _ = made.services["migrate"]["command"]
        done = made.run("migrate", "storeproc", "migrate", option, users)
        assert done.returncode == 0, done.stderr
        yield made
    finally:
        made.server.stop()
        shutil.rmtree(home, ignore_errors=True)


def test_the_migrate_job_makes_the_database_and_the_poolers_users(machine: Machine) -> None:
    assert machine.ask("SELECT count(*) FROM migration.deployed") == 1
    assert machine.ask("SHOW wal_level") == "replica"
    assert machine.ask("SHOW pg_stat_statements.track") == "top"
    assert machine.ask("SELECT count(*) FROM pg_extension WHERE extname = 'pg_stat_statements'") == 1
    users = re.findall(r'^"(\w+)" "SCRAM-SHA-256\$', (machine.home / "userlist.txt").read_text(), re.MULTILINE)
    assert len(users) == 8
    assert machine.ask("SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL") == 0


def test_who_may_come_from_where(machine: Machine) -> None:
    allowed = [("web_customer", "storeproc"), ("web_worker", "storeproc"), ("store_monitor", "storeproc"),
               ("store_backup", "storeproc"), ("postgres", "storeproc")]  # fmt: skip
    for role, database in allowed:
        assert machine.ask("SELECT session_user::text", role, database) == role
    for role, database in (("web_customer", "postgres"), ("store_monitor", "postgres"), ("web_worker", "template1")):
        with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
            machine.ask("SELECT 1", role, database)
    for role in ("web_customer", "postgres"):
        with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry for replication"):
            psycopg.connect(machine.url(role, "postgres", replication="true"))
    psycopg.connect(machine.url("store_backup", "postgres", replication="true")).close()


def answer_to(machine: Machine, source: str, role: str, database: str, **parameters: str) -> str:
    """What the server answers to a log-in from this address, before a password: `R` (it asks for one), or its error."""
    words = {"user": role, "database": database, **parameters}
    body = b"\0\3\0\0" + b"".join(f"{name}\0{value}\0".encode() for name, value in words.items()) + b"\0"
    with socket.create_connection((machine.address, 5432), 10, source_address=(source, 0)) as client:
        client.sendall(struct.pack("!i", len(body) + 4) + body)
        answer = client.recv(4096)
    return "R" if answer[:1] == b"R" else answer.decode(errors="replace")


def test_the_administrator_comes_from_no_other_network(machine: Machine) -> None:
    """Not from that of the web tier, where the pooler is, whatever the database; nor does the backup's role."""
    web = machine.address.rpartition(".")[0] + ".77"
    assert answer_to(machine, web, "web_customer", "storeproc") == "R"
    for role in ("postgres", "store_backup"):
        assert answer_to(machine, "127.0.0.1", role, "storeproc") == "R"
        for database in ("storeproc", "postgres", "template1"):
            assert "no pg_hba.conf entry" in answer_to(machine, web, role, database), (role, database)
        refused = answer_to(machine, web, role, "postgres", replication="true")
        assert "no pg_hba.conf entry for replication" in refused
    with psycopg.connect(machine.url("postgres")) as connection:
        rules = connection.execute("SELECT type, user_name, address, auth_method FROM pg_hba_file_rules").fetchall()
    assert all(method == "scram-sha-256" for *_, method in rules)
    wide = [users for kind, users, address, _ in rules if kind == "host" and address == "samenet"]
    assert sorted(name for users in wide for name in users) == [
        "+app_merchant_sql",
        "+app_readonly",
        "+store_events",
        "/^web_",
        "store_monitor",
    ]


def test_the_backup_job_backs_up_records_it_and_brings_it_back(machine: Machine) -> None:
    script = ROOT / "backups" / "schedule.sh"
    entrypoint = machine.services["backup"]["entrypoint"]
    assert entrypoint == ["/opt/storeproc/backups/schedule.sh"]
    assert machine.services["backup"]["healthcheck"]["test"] == ["CMD", *entrypoint, "--check"]
    assert machine.run("backup", script, "--check").returncode == 1  # there is none yet
    began = machine.ask("SELECT now()")

    with (machine.home / "job.log").open("wb") as log:
        job = subprocess.Popen([script], env=machine.environment("backup"), cwd=machine.home, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 180
        while machine.run("backup", script, "--check").returncode != 0:
            assert job.poll() is None, (machine.home / "job.log").read_text()
            assert time.monotonic() < deadline, (machine.home / "job.log").read_text()
            time.sleep(0.2)
    finally:
        asked = time.monotonic()
        job.terminate()
        assert job.wait(60) == 0
    assert time.monotonic() - asked < 5  # it heard the signal in its sleep
    (dump,) = machine.backups.glob("dumps/storeproc-*")
    # Only the administrator's password brings it back: the service `restore`, here under another name.
    script = ROOT / "backups" / "restore.sh"
    assert machine.services["restore"]["entrypoint"] == ["/opt/storeproc/backups/restore.sh"]
    refused = machine.run("backup", script, dump, "--target-db", "copy")
    assert refused.returncode == 1
    assert "permission denied for database" in refused.stderr
    done = machine.run("restore", script, dump, "--target-db", "copy")
    assert done.returncode == 0, done.stdout + done.stderr
    assert machine.ask("SELECT count(*) FROM migration.deployed", database="copy") == 1
    kinds = f"SELECT string_agg(kind, ' ' ORDER BY kind) FROM monitor.backups WHERE finished_at > '{began}'"
    assert machine.ask(kinds) == "dump full restore_drill verify"
    assert machine.ask("SELECT bool_and(bytes > 1000000) FROM monitor.backups WHERE kind = 'full'")

    with psycopg.connect(machine.url("postgres")) as connection:
        connection.execute("CREATE TABLE public.note AS SELECT 'after the full one' AS text")
    done = machine.run("backup", "storeproc", "backup")
    assert done.returncode == 0, done.stderr
    assert machine.ask(kinds) == "dump full incremental restore_drill verify"
    refused = machine.run("backup", "storeproc", "restore")
    assert refused.returncode == 1
    assert "--into" in refused.stderr
    target = machine.home / "restored"
    done = machine.run("backup", "storeproc", "restore", "--into", target)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "this copy archives no log and has no backups" in done.stdout
    with Server(target) as access, psycopg.connect(access.admin("storeproc")) as connection:
        assert connection.execute("SELECT text FROM public.note").fetchone() == ("after the full one",)
    _encrypted_from_now_on(machine)


def _encrypted_from_now_on(machine: Machine) -> None:
    """As store_backup; the log is what the database has archived readable."""
    key = machine.home / "shop.key"
    identity = pyrage.x25519.Identity.generate()
    key.write_text(f"{identity}\n")
    done = machine.run("backup", "storeproc", "backup", STOREPROC_BACKUPS_ENCRYPT_TO=str(identity.to_public()))
    assert done.returncode == 0, done.stderr
    assert "encryption begins with a full backup" in done.stdout
    assert not [path for path in (machine.backups / "wal").glob("*.gz") if len(path.stem) == 24]
    verified = machine.run("backup", "storeproc", "backup", "verify", STOREPROC_BACKUPS_IDENTITY=str(key))
    assert "everything is complete and undamaged" in verified.stdout, verified.stderr


def test_a_server_that_does_not_archive_to_the_folder_is_told_apart(machine: Machine, access: Access) -> None:
    done = machine.run("backup", "storeproc", "backup", STOREPROC_BACKUPS=str(machine.home / "elsewhere"))
    assert done.returncode == 1
    assert "does not archive its log to" in done.stderr
    done = machine.run("backup", "storeproc", "backup", STOREPROC_BACKUPS="")
    assert done.returncode == 1
    assert "STOREPROC_BACKUPS" in done.stderr
