"""Encrypted backups: only the key reads them; with it the last order comes back, or the restore is refused."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pyrage
import pytest

from backups.archives import ENCRYPTED
from backups.checksums import checksum_file, write_checksum
from backups.drill import is_possible, run_drill
from backups.encryption import Key
from backups.gaps import summary
from backups.log import Log
from backups.outside import encrypt_readable_log
from backups.programs import BackupError
from backups.restore import Request, Restored, parse_moment, restore_backup
from backups.verify import verify
from db.server.access import Access
from tests.backups.conftest import Store, archived, ask, prove
from tests.backups.test_damage import remove, spoil

Damage = Callable[["Copy"], None]


class Shop(Store):
    """A store that knows the segment and the moment of each note, and its key."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.segments: dict[str, str] = {}
        self.moments: dict[str, datetime] = {}

    def remember(self, access: Access, text: str) -> None:
        self.moments[text] = self.note(access, text)
        self.segments[text] = str(ask(access, "SELECT pg_walfile_name(pg_current_wal_lsn())"))
        archived(self, access)


@pytest.fixture(scope="module")
def keys(folder: Path) -> dict[str, Path]:
    """Files as age-keygen writes them: the shop's key, one more for an escrow, and a stranger's."""
    made = {}
    for name in ("ours", "escrow", "strange"):
        identity = pyrage.x25519.Identity.generate()
        made[name] = folder / f"{name}.key"
        made[name].write_text(f"# public key: {identity.to_public()}\n{identity}\n")
        made[name].chmod(0o600)
    return made


def public(key: Path) -> str:
    return key.read_text().splitlines()[0].removeprefix("# public key: ")


@pytest.fixture(scope="module")
def shop(made: Path, folder: Path, keys: dict[str, Path]) -> Iterator[Shop]:
    """A readable full backup, a and a2; from then on encrypted: a full backup, b, an incremental one, c and d."""
    home = folder / "shop"
    subprocess.run(["cp", "-a", made, home], check=True)
    store = Shop(home)
    access = store.start()
    store.back_up(access, keep=9)
    store.remember(access, "a")
    store.remember(access, "a2")
    store.recipients = [public(keys["ours"]), public(keys["escrow"])]
    store.back_up(access, keep=9)
    store.remember(access, "b")
    store.back_up(access, keep=9)
    store.remember(access, "c")
    store.remember(access, "d")
    while ask(access, "SELECT last_archived_wal FROM pg_stat_archiver") != store.segments["d"]:
        time.sleep(0.01)  # its checksum is written after the segment
    assert store.server is not None
    assert store.server.pid is not None
    os.kill(store.server.pid, 9)
    store.stop()
    yield store
    shutil.rmtree(home, ignore_errors=True)


class Copy:
    """A copy of the shop's repository on a machine without the shop."""

    def __init__(self, shop: Shop, home: Path, identity: Path | None) -> None:
        home.mkdir()
        home.chmod(0o755)
        subprocess.run(["cp", "-a", shop.folder, home], check=True)
        self.shop, self.store = shop, Store(home)
        self.store.identity = identity
        self.target = home / "new" / "data"
        self.said: list[str] = []
        self.notes = ""
        self.plain, self.full, self.incremental = self.store.repository.backups()

    def segment(self, note: str) -> Path:
        return self.store.repository.wal / f"{self.shop.segments[note]}.gz.age"

    def data(self, incremental: bool = False) -> Path:
        return self.store.repository.data_of(self.incremental if incremental else self.full)

    def restore(self, moment: datetime | None = None, accept_end: str | None = None) -> Restored:
        request = Request(moment, parse_moment(accept_end) if accept_end else None, self.target)
        return restore_backup(self.store.repository, request, secret=None, prove=self.prove, say=self.said.append)

    def prove(self, access: Access) -> tuple[list[tuple[str, bool, str]], tuple[str, str]]:
        self.notes = self.store.notes(access)
        return [], ("", "")

    def refusal(self, moment: datetime | None = None) -> str:
        """The sentence of a restore that is refused and has changed nothing."""
        before = sorted(self.store.folder.rglob("*"))
        with pytest.raises(BackupError) as refusal:
            self.restore(moment)
        assert "\n" not in str(refusal.value)
        assert self.notes == "", "no server was started"
        assert not self.target.parent.exists()
        assert sorted(self.store.folder.rglob("*")) == before
        return str(refusal.value)


@pytest.fixture
def copy(shop: Shop, folder: Path, keys: dict[str, Path]) -> Iterator[Copy]:
    made = Copy(shop, folder / "copy", keys["ours"])
    yield made
    shutil.rmtree(folder / "copy")


def test_what_is_on_the_disk(copy: Copy, keys: dict[str, Path]) -> None:
    """A common tool reads it with the key; without the key it can be checked, and tells when, not what."""
    repository = copy.store.repository
    assert [each.encrypted for each in repository.backups()] == [False, True, True]
    assert [each.kind for each in repository.backups()] == ["full", "full", "incremental"], "encryption begins anew"
    names = {path.name for path in copy.data().parent.rglob("*") if path.is_file()}
    assert names == {
        *(ENCRYPTED, f"{ENCRYPTED}.sha256", "backup_manifest", "backup_manifest.sha256"),
        *("backup.json", "backup.json.sha256"),
    }
    assert not (repository.wal / f"{copy.shop.segments['b']}.gz").exists()
    assert not list(copy.store.folder.rglob("*.tmp"))
    for folder in (repository.wal, copy.data()):
        checked = subprocess.run("sha256sum --check --strict *.sha256", shell=True, cwd=folder, capture_output=True)
        assert checked.returncode == 0, checked.stderr
    for key in ("ours", "escrow"):  # each of them alone
        identity = pyrage.x25519.Identity.from_str(keys[key].read_text().splitlines()[1])
        content = gzip.decompress(pyrage.decrypt(copy.segment("b").read_bytes(), [identity]))
        assert len(content) == 16 * 2**20
        archive = gzip.decompress(pyrage.decrypt((copy.data() / ENCRYPTED).read_bytes(), [identity]))
        with tarfile.open(fileobj=BytesIO(archive)) as files:
            assert {"PG_VERSION", "backup_manifest"} <= set(files.getnames())

    copy.store.identity = None
    assert verify(copy.store.repository, copy.said.append).faults == []
    log = Log(repository.wal, copy.store.layout)
    found = summary(copy.store.repository, log)
    assert found["gaps"] == []
    (moments,) = found["moments"]
    assert copy.shop.moments["c"] < datetime.fromisoformat(moments["to"]) <= copy.shop.moments["d"]
    assert (log.without_note, log.without_checksum) == ([], [])


def test_any_moment_with_the_key_and_no_other(copy: Copy, keys: dict[str, Path]) -> None:
    copy.store.identity = None
    assert "their key is not here: set STOREPROC_BACKUPS_IDENTITY to its file. Nothing was replaced." in copy.refusal()
    copy.store.identity = keys["strange"]
    assert "does not open" in (said := copy.refusal())
    assert "it was encrypted to another one. Nothing was replaced." in said
    assert "does not open" in copy.refusal(copy.shop.moments["b"])
    copy.store.identity = copy.target.parent.parent / "nothing.key"
    assert "cannot be read: No such file" in copy.refusal()
    copy.store.identity = copy.data() / "backup_manifest"
    assert "has no key of age" in copy.refusal()

    copy.store.identity = None
    copy.restore(copy.shop.moments["a"])  # from before encryption
    assert copy.notes == "a"
    shutil.rmtree(copy.target)
    copy.store.identity = keys["escrow"]
    assert copy.restore(copy.shop.moments["b"]).backup == copy.full.id
    assert copy.notes == "a a2 b"
    files = [path for path in copy.target.rglob("*") if path.is_file()]
    assert not [path for path in files if b"AGE-SECRET" in path.read_bytes()[:200]], "the key stays where it was"


def reseal(path: Path) -> None:
    """Damage a file and make its checksum fit: only the key tells."""
    spoil(path)
    notes = checksum_file(path).read_text().splitlines(keepends=True)[1:]
    write_checksum(path)
    with checksum_file(path).open("a") as file:
        file.writelines(notes)


def without_plain(copy: Copy) -> None:
    remove(copy.store.repository.base / copy.plain.id)


RESTORED: dict[str, tuple[Damage, str]] = {
    "the incremental archive": (lambda c: spoil(c.data(incremental=True) / ENCRYPTED), "does not match its checksum"),
    "both archives": (
        lambda c: (spoil(c.data() / ENCRYPTED), remove(c.data(incremental=True) / ENCRYPTED))[0], "cannot be used"
    ),
    "all checksums of the log": (
        lambda c: remove(*c.store.repository.wal.glob("*.sha256")), "without a checksum beside"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RESTORED)
def test_the_last_order_comes_back(case: str, copy: Copy) -> None:
    damage, sentence = RESTORED[case]
    damage(copy)
    copy.restore()
    assert copy.notes == "a a2 b c d"
    assert any(sentence in each for each in copy.said), copy.said


REFUSED: dict[str, tuple[Damage, str]] = {
    "a segment": (lambda c: spoil(c.segment("c")), "is damaged; behind it lies 1 sound file with commits until"),
    "a segment is cut": (lambda c: os.truncate(c.segment("c"), 3000), "is damaged; behind it lies 1"),
    "a segment is gone": (lambda c: remove(c.segment("c")), "is missing; behind it lies 1 sound file"),
    "a segment, and its checksum fits": (lambda c: reseal(c.segment("c")), "is damaged; behind it lies 1"),
    "the last segment is gone": (lambda c: remove(c.segment("d")), "is missing; nothing is known to lie behind"),
    "a checksum": (lambda c: checksum_file(c.segment("c")).write_text("oops"), "is damaged; behind it lies 1"),
    "the full archive": (
        lambda c: (without_plain(c), spoil(c.data() / ENCRYPTED))[0], f"{ENCRYPTED} does not match its checksum"
    ),
    "the full archive is cut": (
        lambda c: (without_plain(c), os.truncate(c.data() / ENCRYPTED, 70_000))[0], "does not match its checksum"
    ),
    "the full archive is gone": (
        lambda c: (without_plain(c), remove(c.data() / ENCRYPTED))[0], f"{ENCRYPTED} cannot be read"
    ),
    "the full archive, and its checksum fits": (
        lambda c: reseal(c.data() / ENCRYPTED), f"{ENCRYPTED} is damaged: it is not what was encrypted"
    ),
    "its checksum is gone": (
        lambda c: (without_plain(c), remove(checksum_file(c.data() / ENCRYPTED)))[0], "does not match its checksum"
    ),
    "the manifest": (
        lambda c: (without_plain(c), spoil(c.data() / "backup_manifest"))[0], "does not match its checksum"
    ),
}  # fmt: skip


def test_what_cannot_come_back_is_refused(shop: Shop, folder: Path, keys: dict[str, Path]) -> None:
    for case, (damage, sentence) in REFUSED.items():
        copy = Copy(shop, folder / "refused", keys["ours"])
        damage(copy)
        assert sentence in copy.refusal(), case
        shutil.rmtree(folder / "refused")


def test_a_backup_encrypts_the_log_during_a_drill(copy: Copy, keys: dict[str, Path]) -> None:
    """What another server has archived since the last backup is readable until the next one, which may overtake."""
    archive = copy.segment("d")
    readable = archive.with_suffix("")
    readable.write_bytes(gzip.compress(Key(keys["ours"]).segment(archive), 1))
    os.chown(readable, copy.store.layout.uid, copy.store.layout.gid)
    remove(archive, checksum_file(archive))
    write_checksum(readable)
    repository = copy.store.repository
    repository.outside, repository.recipients = True, [public(keys["ours"])]

    def overtake(said: str) -> None:
        if said.startswith("replaying the log"):
            encrypt_readable_log(repository, print)
            assert archive.exists()
            assert not readable.exists()

    restore_backup(repository, Request(into=copy.target), secret=None, prove=copy.prove, say=overtake)
    assert copy.notes == "a a2 b c d"


def test_in_place_it_goes_on_encrypted(shop: Shop, folder: Path, keys: dict[str, Path]) -> None:
    home = folder / "in place"
    subprocess.run(["cp", "-a", shop.data.parent, home], check=True)
    store = Store(home)
    store.identity = keys["ours"]
    spoil(store.repository.wal / f"{shop.segments['d']}.gz.age")  # the data folder has it still
    store.restore()
    assert "the restored cluster encrypts its log to the given key" in " ".join(store.said)
    access = store.start()
    assert store.notes(access) == "a a2 b c d"
    store.note(access, "e")
    archived(store, access)
    log = Log(store.repository.wal, store.layout)
    assert log.timelines == {1, 2}
    assert all(log.is_encrypted(name) for name in log.segments if name.startswith("00000002"))
    assert log.check(store.said.append) == {}
    store.identity = None
    with pytest.raises(BackupError, match="STOREPROC_BACKUPS_ENCRYPT_TO is not set: set it, or add --plain"):
        store.back_up(access)
    store.recipients = [public(keys["ours"])]
    assert not is_possible(store.repository), "a drill"
    store.identity = keys["ours"]
    done, _ = run_drill(store.repository, home, prove, store.said.append)
    assert done.last_commit is not None
    assert done.last_commit > shop.moments["c"]
    assert store.back_up(access, keep=1).encrypted
    assert [each.encrypted for each in store.repository.backups()] == [True]
    assert not [path for path in store.repository.wal.glob("*.gz") if len(path.stem) == 24], "the readable ones expire"
    store.stop()
    shutil.rmtree(home)
