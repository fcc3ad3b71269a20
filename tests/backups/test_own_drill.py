"""storeproc backup drill: the store's own backups are restored beside it; and they are copied to another place."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from backups.archives import ARCHIVE
from backups.drill import drill_folder, run_drill
from backups.programs import BackupError
from backups.restore import BOOKS_OF_OTHERS
from backups.take import Wish
from db.deploy import migrate
from db.server.access import Access
from db.server.supervisor import Server
from tests.backups.conftest import Store, archived, ask, prove

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_commands(store: Store, run: Run, folder: Path) -> None:
    access = store.start()
    migrate.migrate(access)  # the real invariants are checked
    elsewhere = folder / "elsewhere"

    def storeproc(*arguments: str, copy: str) -> subprocess.CompletedProcess[str]:
        paths = {"STOREPROC_DATA": str(store.data), "STOREPROC_BACKUPS": str(store.folder)}
        return run("storeproc", *arguments, STOREPROC_BACKUPS_COPY=copy, **paths)

    taken = storeproc("backup", "--max-rate", "900M", copy="")
    assert taken.returncode == 0, taken.stderr
    assert "is on the same file system as the data" in taken.stderr
    failed = storeproc("backup", "--compress", copy="exit 7")
    assert failed.returncode == 1
    assert "STOREPROC_BACKUPS_COPY failed with exit status 7" in failed.stderr
    full, incremental = store.repository.backups()
    assert (store.repository.data_of(incremental) / ARCHIVE).exists(), "the backup itself is complete"
    # An object store keeps files, no empty folders.
    elsewhere.mkdir()
    done = storeproc(
        "backup",
        "copy",
        copy=f'cd "$1" && find . -type f | tar c -T - | tar x -C {elsewhere} && chown -R --reference="$1" {elsewhere}',
    )
    assert not (elsewhere / "base" / full.id / "data" / "pg_tblspc").exists()
    assert done.returncode == 0, done.stderr
    store.folder.rename(store.folder.with_name("lost"))
    elsewhere.rename(store.folder)  # the drill restores the copy
    drilled = storeproc("backup", "drill", copy="")
    assert drilled.returncode == 0, drilled.stderr
    assert "invariants hold" in drilled.stdout
    assert storeproc("backup", "verify", copy="").returncode == 0
    faults = "SELECT string_agg(labels->>'found_by' || value, ' ' ORDER BY labels) FROM monitor.counters"
    assert ask(access, f"{faults} WHERE name = 'backup_faults'") == "backup0 verify0"
    assert ask(access, "SELECT kind FROM monitor.backups WHERE bytes IS NULL") == "offsite_copy_failed"
    recorded = "SELECT string_agg(kind, ' ' ORDER BY kind) FROM monitor.backups WHERE bytes > 100000"
    assert ask(access, recorded) == "full incremental offsite_copy restore_drill verify"
    assert not drill_folder(store.repository, store.data.parent).exists()
    refused = storeproc("backup", "--max-rate", "1", copy="")
    assert refused.returncode == 2
    assert "32 to 1048576 kB" in refused.stderr


def prove_but_for_others(access: Access) -> tuple[list[tuple[str, bool, str]], tuple[str, str]]:
    """A gateway's books differ from the shop's."""
    checks, deployed = prove(access)
    return [*checks, (BOOKS_OF_OTHERS, False, "")], deployed


def test_a_drill_is_as_strict_as_a_restore(store: Store) -> None:
    access = store.start()
    store.back_up(access)
    place = store.data.parent
    drilled = drill_folder(store.repository, place)
    leftover = Server(drilled)
    assert leftover.lock("drill")
    (drilled / "postgres").mkdir()
    with pytest.raises(BackupError, match="a drill is running"):
        run_drill(store.repository, place, prove, store.said.append)
    leftover.stop()  # of a drill that was killed: the next one removes it
    store.note(access, "a")
    archived(store, access)
    done, size = run_drill(store.repository, place, prove_but_for_others, store.said.append)
    assert done.last_commit is not None
    assert size > 1_000_000
    store.note(access, "unsound")
    archived(store, access)
    with pytest.raises(BackupError, match="not sound"):
        run_drill(store.repository, place, prove, store.said.append)
    assert not drilled.exists()
    assert store.notes(access) == "a unsound", "the store runs on"


def test_another_disk_is_told_from_the_same(store: Store, small_disk: Callable[[str, str], Path]) -> None:
    store.start()
    assert not store.repository.on_the_same_disk, "there is no folder yet"
    store.folder.mkdir()
    assert store.repository.on_the_same_disk
    store.folder = small_disk("other-disk", "1m")
    assert not store.repository.on_the_same_disk


def test_the_defaults() -> None:
    assert (Wish().retention.days, Wish().retention.fulls) == (14, 2)
