"""The documented copies to an S3-compatible store, and a restore from the copy alone on a fresh machine.

The commands are those of the README, against a server on this machine. Only the aws program comes with the tests'
requirements; rclone and restic are tried where they are installed. The backups are encrypted, so the story of the
commands with encryption is told here, too.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest
from moto.server import ThreadedMotoServer

from backups.copying import copy_away
from db.deploy import migrate
from tests.backups.conftest import ROOT, Store, ask

Run = Callable[..., subprocess.CompletedProcess[str]]
README = (ROOT / "backups/README.md").read_text()


@pytest.fixture(scope="module")
def s3(folder: Path) -> Iterator[dict[str, str]]:
    """A server, and the environment in which aws, rclone and restic find it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    yield {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "RCLONE_CONFIG_OFFSITE_TYPE": "s3",
        "RCLONE_CONFIG_OFFSITE_PROVIDER": "Other",
        "RCLONE_CONFIG_OFFSITE_ENV_AUTH": "true",
        "RCLONE_CONFIG_OFFSITE_ENDPOINT": address,
        "RCLONE_CONFIG_OFFSITE_FORCE_PATH_STYLE": "true",
        "RESTIC_PASSWORD": "test",
        "RESTIC_CACHE_DIR": str(folder / "restic"),
        "no_proxy": "127.0.0.1",
        "NO_PROXY": "127.0.0.1",
    }
    server.stop()


def documented(program: str, address: str) -> str:
    """The command of the README for STOREPROC_BACKUPS_COPY."""
    (command,) = re.findall(rf"STOREPROC_BACKUPS_COPY='({program} .*)'$", README, re.MULTILINE)
    return str(command).replace("s3:https://s3.example.org", f"s3:{address}")


# How the copy comes back to a fresh machine, into $1; and what must be there before the first copy.
BACK = {
    "aws": 'aws s3 sync s3://store-backups "$1"',
    "rclone": 'rclone copy offsite:store-backups "$1"',
    "restic": 'restic --repo s3:$AWS_ENDPOINT_URL/store restore latest --target "$1"',
}
FIRST = {
    "aws": "aws s3 mb s3://store-backups",
    "rclone": "true",
    "restic": "restic --repo s3:$AWS_ENDPOINT_URL/store init",
}


def shell(command: str, environment: dict[str, str], *arguments: str | Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", command, "sh", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_encrypted_backups_come_back_from_an_object_store(
    store: Store, run: Run, folder: Path, s3: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)  # of the machine: an old rclone does not start with it
    identity = pyrage.x25519.Identity.generate()
    key = folder / "shop.key"
    key.write_text(f"{identity}\n")
    paths = {"STOREPROC_DATA": str(store.data), "STOREPROC_BACKUPS": str(store.folder)}
    public = {"STOREPROC_BACKUPS_ENCRYPT_TO": str(identity.to_public())}
    access = store.start()
    migrate.migrate(access)  # the real invariants are checked
    store.note(access, "a b")
    installed = [program for program in BACK if shutil.which(program, path=s3["PATH"]) is not None]
    assert "aws" in installed, "it comes with the requirements"
    commands = {program: documented(program, s3["AWS_ENDPOINT_URL"]) for program in installed}
    shell(FIRST["aws"], s3)
    for name, value in (s3 | {"PATH": f"{folder}/bin:{s3['PATH']}"}).items():
        monkeypatch.setenv(name, value)
    done = run("storeproc", "backup", **paths, **public, STOREPROC_BACKUPS_COPY=commands["aws"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "copied" in done.stdout
    for program in installed[1:]:
        shell(FIRST[program], s3)
        copy_away(store.repository, commands[program], store.said.append)

    # The nightly drill on a machine without the key.
    drilled = run("storeproc", "backup", "drill", **paths)
    assert drilled.returncode == 4
    assert "not tried: the backups" in drilled.stderr
    assert "the key is not here" in drilled.stderr
    assert ask(access, "SELECT count(*) FROM monitor.backups WHERE kind = 'restore_drill'") == 0, "not recorded"
    listed = run("storeproc", "backup", "list", **paths).stdout
    assert re.search(r"1 of 1 backups and \d+ log segments are encrypted; .* lacks its key", listed)
    refused = run("storeproc", "backup", **paths)
    assert refused.returncode == 1
    assert "STOREPROC_BACKUPS_ENCRYPT_TO is not set: set it, or add --plain" in refused.stderr
    store.stop()

    original = store.folder.rename(folder / "original")
    shutil.rmtree(store.data.parent)
    for program in installed:
        machine = folder / f"fresh-{program}"
        machine.mkdir()
        machine.chmod(0o755)
        shell(BACK[program], s3, machine / "backups")
        (mark,) = (machine / "backups").rglob("system")  # restic keeps the whole path
        came_back, there = files(mark.parent), files(original)
        assert came_back.items() <= there.items(), program  # the server has archived since
        assert {"wal", "base"} <= {name.partition("/")[0] for name in came_back}
        assert "wal/newest" not in came_back
    restore_on_a_fresh_machine(run, folder / "fresh-aws", key)
    if missing := sorted(set(BACK) - set(installed)):
        pytest.skip(f"aws was tried; {' and '.join(missing)} not: not installed")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def restore_on_a_fresh_machine(run: Run, machine: Path, key: Path) -> None:
    """Nothing but the copy and the key."""
    fresh = {"STOREPROC_DATA": str(machine / "data"), "STOREPROC_BACKUPS": str(machine / "backups")}
    done = run("storeproc", "restore", **fresh, STOREPROC_BACKUPS_IDENTITY=str(key))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "invariants hold" in done.stdout
    there = Store(machine)
    assert there.notes(there.start()) == "a b"
    there.stop()
