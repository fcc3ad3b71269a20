"""The archive of an encrypted log: a segment is kept once, also if the server does not know that it was archived."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pyrage
import pytest

from backups.checksums import checksum_file, matches, write_checksum
from backups.encryption import Key, encrypt, parse_recipients
from backups.log import Log
from backups.outside import encrypt_readable_log
from backups.repository import Repository
from db.server.archive_log import archive, notes
from db.server.configuration import PATH, archiving
from db.server.embedded import find_layout
from db.server.encrypting import archiver

SEGMENT = "000000010000000000000001"


@pytest.fixture
def key(folder: Path) -> Key:
    (folder / "key").write_text(f"{pyrage.x25519.Identity.generate()}\n")
    return Key(folder / "key")


def test_the_archive_command(folder: Path, key: Key) -> None:
    home = folder / "it's 100% here"
    home.mkdir()
    source = folder / SEGMENT
    source.write_bytes(b"log" * 1000)
    layout = find_layout(folder / "data")
    command = archiving(home, archiver(layout, home, PATH, key.recipients))["archive_command"]
    text = command.replace("%p", str(source)).replace("%%", "%")
    assert subprocess.run(["/bin/sh", "-c", text], check=False).returncode == 0

    target = home / f"{SEGMENT}.gz.age"
    names = {target.name, f"{target.name}.sha256", "newest"}
    first = target.read_bytes()
    assert {path.name for path in home.iterdir()} == names
    assert key.segment(target) == b"log" * 1000
    assert matches(target)
    assert (home / "newest").read_text() == f"{SEGMENT}\n"
    assert notes(checksum_file(target).read_text())["last commit"] == "none"

    def again(content: bytes) -> None:
        source.write_bytes(content)
        archive(home, layout.program("pg_waldump"), source, key.recipients)

    again(b"log" * 1000)
    assert target.read_bytes() == first, "said twice after a crash, it is there already"
    with pytest.raises(ValueError, match="is not overwritten"):
        again(b"another server's")
    assert target.read_bytes() == first
    checksum_file(target).rename(f"{checksum_file(target)}.tmp")  # a crash before the checksum had its name
    assert matches(target)
    again(b"log" * 1000)
    assert matches(target)
    checksum_file(target).unlink()
    with pytest.raises(ValueError, match="is not overwritten"):  # nobody can tell whether it is the same
        again(b"log" * 1000)
    target.unlink()
    again(b"another start")
    assert key.segment(target) == b"another start"
    assert {path.name for path in home.iterdir()} == names

    history = folder / "00000002.history"
    history.write_text("1\t0/3000148\tno recovery target specified\n")
    archive(home, layout.program("pg_waldump"), history, key.recipients)
    assert gzip.decompress((home / "00000002.history.gz").read_bytes()) == history.read_bytes(), "readable"
    assert matches(home / "00000002.history.gz")


def test_what_another_server_has_archived_readable(folder: Path, key: Key) -> None:
    repository = Repository(
        folder / "outside", find_layout(folder / "data"), outside=True, recipients=key.recipients, identity=key.file
    )
    repository.wal.mkdir(parents=True)
    segments = [f"00000001000000000000000{number}" for number in (1, 2, 3)]
    for name in (*segments, "00000002.history"):
        file = repository.wal / f"{name}.gz"
        file.write_bytes(gzip.compress(b"log" * 1000))
        write_checksum(file)
    (repository.wal / f"{segments[1]}.gz").write_bytes(b"damaged")
    running = Log(repository.wal, repository.layout)  # of a verification, without the key
    assert running.fault(segments[2]) is None
    encrypt_readable_log(repository, print)
    assert running.check(print) == {segments[1]: "damaged"}, "what was encrypted meanwhile is not unreadable"
    assert running.last_commit_in(segments[2]) is None
    assert running.without_checksum == []
    assert running.is_encrypted(segments[2])
    assert {path.name for path in repository.wal.glob("*.gz")} == {f"{segments[1]}.gz", "00000002.history.gz"}
    log = Log(repository.wal, repository.layout, key=key)
    assert log.check(print) == {segments[1]: "damaged"}
    assert log.read(segments[0]) == b"log" * 1000
    again = repository.wal / f"{segments[0]}.gz"  # the server did not remember it
    again.write_bytes(gzip.compress(b"log" * 1000))
    encrypt_readable_log(repository, print)
    assert not again.exists()


def test_keys_of_ssh(folder: Path) -> None:
    file = folder / "ssh"
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)
    other = pyrage.x25519.Identity.generate().to_public()
    recipients = parse_recipients(f"{file.with_name('ssh.pub').read_text()}, {other}")
    assert len(recipients) == 2
    file.with_name("plain").write_bytes(b"x" * 200_000)
    with file.with_name("plain").open("rb") as source:
        encrypt(source, folder / "file.age", recipients)
    assert Key(file).read(folder / "file.age") == b"x" * 200_000
    with pytest.raises(ValueError, match="age1nothing is not a public key of age"):
        parse_recipients("age1nothing")
