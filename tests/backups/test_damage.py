"""A damaged repository: the very last order comes back, or the restore is refused and has changed nothing."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backups.checksums import checksum_file, matches, write_checksum
from backups.gaps import find_gaps
from backups.log import Log
from backups.programs import BackupError
from backups.restore import Request, Restored, parse_moment, restore_backup
from backups.verify import verify
from db.server.access import Access
from tests.backups.conftest import Store, archived, ask

Run = Callable[..., subprocess.CompletedProcess[str]]
Damage = Callable[["Copy"], None]
ALL = "a b c d e f"


class Shop(Store):
    """A store that knows the segment of each note."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.segments: dict[str, str] = {}


@pytest.fixture(scope="module")
def shop(made: Path, folder: Path) -> Iterator[Shop]:
    """A full backup, the notes a to c, an incremental backup, the notes d to f, each in a segment; then the server is
    killed."""
    home = folder / "shop"
    subprocess.run(["cp", "-a", made, home], check=True)
    store = Shop(home)
    access = store.start()
    store.back_up(access)
    for text in ALL.split():
        store.note(access, text)
        store.segments[text] = str(ask(access, "SELECT pg_walfile_name(pg_current_wal_lsn())"))
        archived(store, access)
        if text == "c":
            store.back_up(access)
    while ask(access, "SELECT last_archived_wal FROM pg_stat_archiver") != store.segments["f"]:
        time.sleep(0.01)  # its checksum is written after the segment
    assert store.server is not None
    assert store.server.pid is not None
    os.kill(store.server.pid, 9)
    store.stop()
    yield store
    shutil.rmtree(home, ignore_errors=True)


class Copy:
    """A copy of the shop's repository on a machine without the shop."""

    def __init__(self, shop: Shop, home: Path) -> None:
        home.mkdir()
        home.chmod(0o755)
        subprocess.run(["cp", "-a", shop.folder, home], check=True)
        self.shop, self.store = shop, Store(home)
        self.target = home / "new" / "data"
        self.said: list[str] = []
        self.notes = ""
        self.full, self.incremental = self.store.repository.backups()

    def segment(self, note: str) -> Path:
        """The archived segment in which a note was committed."""
        return self.store.repository.wal / f"{self.shop.segments[note]}.gz"

    def data(self, incremental: bool = False) -> Path:
        return self.store.repository.data_of(self.incremental if incremental else self.full)

    def restore(self, accept_end: str | None = None, say: Callable[[str], None] | None = None) -> Restored:
        request = Request(None, parse_moment(accept_end) if accept_end else None, self.target)
        say = say or self.said.append
        return restore_backup(self.store.repository, request, secret=None, prove=self.prove, say=say)

    def prove(self, access: Access) -> tuple[list[tuple[str, bool, str]], tuple[str, str]]:
        self.notes = self.store.notes(access)
        return [], ("", "")


@pytest.fixture
def copy(shop: Shop, folder: Path) -> Iterator[Copy]:
    made = Copy(shop, folder / "copy")
    yield made
    shutil.rmtree(folder / "copy")


def spoil(path: Path) -> None:
    """Overwrite four bytes in the middle of a file."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        before = file.read(4)
        file.seek(-4, os.SEEK_CUR)
        file.write(bytes(byte ^ 0xFF for byte in before))


def remove(path: Path, *more: Path) -> None:
    for each in (path, *more):
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()


def largest(folder: Path) -> Path:
    return max(folder.glob("base/*/*"), key=lambda path: path.stat().st_size)


def make_old(copy: Copy) -> None:
    """As an older version left it: no checksum anywhere."""
    for path in [*copy.store.folder.rglob("*.sha256"), copy.store.repository.wal / "newest"]:
        path.unlink()


RESTORED: dict[str, tuple[Damage, str]] = {
    "an incremental file": (lambda c: spoil(largest(c.data(incremental=True))), "cannot be used"),
    "the incremental manifest": (lambda c: remove(c.data(incremental=True) / "backup_manifest"), "cannot be used"),
    "the incremental backup": (lambda c: remove(c.data(incremental=True).parent), "the latest state"),
    "a segment before a later backup": (lambda c: spoil(c.segment("b")), "the latest state"),
    "all checksums": (make_old, "of an older version, without a checksum"),
}


@pytest.mark.parametrize("case", RESTORED)
def test_the_last_order_comes_back(case: str, copy: Copy) -> None:
    damage, sentence = RESTORED[case]
    damage(copy)
    copy.restore()
    assert copy.notes == ALL
    assert sentence == "the latest state" or any(sentence in each for each in copy.said)


REFUSED: dict[str, tuple[Damage, str]] = {
    "a segment": (lambda c: spoil(c.segment("d")), "is damaged; behind it lie 2 sound files with commits until"),
    "a segment is cut": (lambda c: os.truncate(c.segment("d"), 9000), "is damaged; behind it lie 2 sound files"),
    "a segment is gone": (lambda c: remove(c.segment("e")), "is missing; behind it lies 1 sound file"),
    "a segment and its checksum are gone": (
        lambda c: remove(c.segment("e"), checksum_file(c.segment("e"))), "is missing; behind it lies 1 sound file"
    ),
    "the last segment": (lambda c: spoil(c.segment("f")), "is damaged; nothing is known to lie behind"),
    "the last segment is gone": (lambda c: remove(c.segment("f")), "is missing; nothing is known to lie behind"),
    "the last segment and its checksum are gone": (
        lambda c: remove(c.segment("f"), checksum_file(c.segment("f"))), "is missing; nothing is known to lie behind"
    ),
    "all segments are gone": (lambda c: remove(c.store.repository.wal), "are missing; nothing is known to lie behind"),
    "a checksum": (lambda c: spoil(checksum_file(c.segment("d"))), "is damaged; behind it lie 2"),
    "a file": (lambda c: spoil(largest(c.data())), "checksum mismatch for file"),
    "a file is gone": (lambda c: remove(largest(c.data())), "is present in the manifest but not on disk"),
    "the manifest": (lambda c: spoil(c.data() / "backup_manifest"), "is damaged: pg_verifybackup: error:"),
    "the manifest is gone": (lambda c: remove(c.data() / "backup_manifest"), "could not open file"),
    "the log in the backup is gone": (lambda c: remove(*c.data().glob("pg_wal/0*")), "WAL parsing failed"),
    "the data are gone": (lambda c: remove(c.data()), "data is missing"),
    "the backup is gone": (lambda c: remove(c.data().parent), "which is not in"),
    "the description": (lambda c: spoil(c.data().parent / "backup.json"), "backup.json is damaged"),
    "the description is gone": (lambda c: remove(c.data().parent / "backup.json"), "which is not in"),
    "the mark of the cluster is gone": (lambda c: remove(c.store.folder / "system"), "system is missing"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_come_back_is_refused(case: str, copy: Copy) -> None:
    damage, sentence = REFUSED[case]
    damage(copy)
    before = sorted(copy.store.folder.rglob("*"))
    with pytest.raises(BackupError) as refusal:
        copy.restore()
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert copy.notes == "", "no server was started"
    assert not copy.target.parent.exists(), "nothing is left, nor the folders above"
    assert sorted(copy.store.folder.rglob("*")) == before


def test_an_end_that_is_accepted(copy: Copy, run: Run) -> None:
    def storeproc(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return run("storeproc", *arguments, STOREPROC_DATA=str(copy.target), STOREPROC_BACKUPS=str(copy.store.folder))

    damaged = copy.segment("e")
    spoil(damaged)
    done = storeproc("restore", "--into", copy.target)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert damaged.stem in done.stderr
    end = done.stderr.partition("--accept-end ")[2].partition("`")[0]
    assert not copy.target.exists()

    listed = json.loads(storeproc("backup", "list", "--json").stdout)
    (gap,) = listed["gaps"]
    assert (gap["first"], gap["last"], gap["fault"], gap["behind"]) == (damaged.stem, damaged.stem, "damaged", 1)
    assert parse_moment(gap["until"]) == parse_moment(end) == parse_moment(listed["moments"][0]["to"])
    found = storeproc("backup", "verify", "--json")
    assert found.returncode == 1
    report = json.loads(found.stdout)
    assert not report["sound"]
    assert report["log"]["faults"] == [{"name": damaged.stem, "fault": "damaged"}]
    assert [each["fault"] for each in report["backups"]] == [None, None]

    with pytest.raises(BackupError, match="the latest state cannot be restored"):
        copy.restore(accept_end=listed["gaps"][0]["behind_until"])  # later than what is left
    copy.restore(accept_end=end)
    assert copy.notes == "a b c d"


def test_damage_after_the_check_aborts_recovery(copy: Copy) -> None:
    victim = copy.segment("e")

    def say(text: str) -> None:
        if text.startswith("replaying"):
            spoil(victim)

    with pytest.raises(BackupError, match=rf"the log file {victim.stem} is damaged or unreadable\. Nothing was repl"):
        copy.restore(say=say)
    assert not copy.target.parent.exists()


def test_damage_that_was_archived_is_noticed_by_the_position(copy: Copy) -> None:
    victim = copy.segment("e")
    content = bytearray(gzip.decompress(victim.read_bytes()))
    content[60:64] = b"\xff\xff\xff\xff"  # in the first record
    victim.write_bytes(gzip.compress(content, 1))
    write_checksum(victim)
    with pytest.raises(BackupError, match=r"the log can be replayed only to .*, although the archive has") as refusal:
        copy.restore()
    assert not copy.target.parent.exists()
    copy.restore(accept_end=str(refusal.value).partition("--accept-end ")[2].partition(" ")[0])
    assert copy.notes == "a b c d"


def test_a_segment_that_the_data_folder_still_has(shop: Shop, folder: Path) -> None:
    home = folder / "in place"
    subprocess.run(["cp", "-a", shop.data.parent, home], check=True)
    store = Store(home)
    spoil(store.repository.wal / f"{shop.segments['e']}.gz")
    remove(store.repository.wal / f"{shop.segments['f']}.gz")
    with pytest.raises(BackupError, match="are damaged or missing; nothing is known to lie behind"):
        store.restore(into=home / "elsewhere")
    store.restore()
    access = store.start()
    assert store.notes(access) == ALL
    archived(store, access)  # the archive goes on, and has now what only the data folder had
    assert find_gaps(store.repository, Log(store.repository.wal, store.layout), []) == []
    store.stop()
    shutil.rmtree(home)


def test_verify_names_what_is_wrong(copy: Copy) -> None:
    dump = copy.store.folder / "dumps" / "storeproc-20261121T093148Z"
    (dump / "dump").mkdir(parents=True)
    for name in ("facts", "dump/toc.dat", "dump/1.dat"):
        (dump / name).write_text(name)
    sums = subprocess.run("find . -type f | xargs sha256sum", shell=True, cwd=dump, capture_output=True, check=True)
    (dump / "SHA256SUMS").write_bytes(sums.stdout)
    report = verify(copy.store.repository, copy.said.append)
    assert report.faults == []
    assert report.as_json()["sound"]
    assert report.segments > 6
    assert report.without_checksum == 0
    assert all(matches(path) for path in copy.store.repository.wal.glob("*.gz"))

    def fault() -> str | None:
        return verify(copy.store.repository, copy.said.append).dumps[dump.name]

    (dump / "dump/1.dat").write_text("2")
    assert fault() == "is damaged: dump/1.dat does not match its checksum"
    (dump / "dump/1.dat").unlink()
    assert fault() == "is damaged: dump/1.dat is missing"
    (dump / "dump/1.dat").write_text("dump/1.dat")
    (dump / "SHA256SUMS").write_text("".join(sums.stdout.decode().splitlines(keepends=True)[:2]))
    assert "has no checksum" in str(fault())
    (dump / "SHA256SUMS").unlink()
    assert fault() == "is damaged: SHA256SUMS cannot be read"
    spoil(largest(copy.data(incremental=True)))
    report = verify(copy.store.repository, copy.said.append)
    assert report.backups[copy.full.id] is None
    assert "checksum mismatch" in str(report.backups[copy.incremental.id])
