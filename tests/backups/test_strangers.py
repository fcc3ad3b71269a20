"""What a copy of the store must not do to the archive, and what the archive must not hide."""

from __future__ import annotations

import pytest

from backups.checksums import checksum_file
from backups.log import Log
from backups.programs import BackupError
from backups.recovery import ALTERED
from backups.restore import _include_settings, parse_moment
from backups.take import Wish, take_backup
from db.server.configuration import archiving
from tests.backups.conftest import Store, archived, ask, ask_nothing
from tests.backups.test_damage import remove


def timelines(store: Store) -> set[int]:
    return Log(store.repository.wal, store.layout).timelines


def test_what_alter_system_has_set_does_not_reach_the_copy(store: Store) -> None:
    access = store.start()
    store.back_up(access)
    store.note(access, "a")
    command = archiving(store.repository.wal)["archive_command"].replace("'", "''")
    ask_nothing(access, f"ALTER SYSTEM SET archive_command = '{command}'")
    ask_nothing(access, "ALTER SYSTEM SET synchronous_standby_names = 'gone'")  # no commit ends without it
    ask_nothing(access, "SELECT pg_reload_conf()")
    store.back_up(access)
    target = store.data.parent / "copy"
    done = store.restore(into=target)
    assert timelines(store) == {1}, "a second one would be taken for the end of the shop's"
    assert "synchronous_standby_names = 'gone'" in (done.cluster / ALTERED).read_text(), (
        "the settings themselves are kept"
    )


def test_two_servers_in_one_archive_are_told(store: Store) -> None:
    access = store.start()
    store.back_up(access)
    store.note(access, "a")
    archived(store, access)
    home = store.data.parent / "second"
    home.mkdir()
    home.chmod(0o755)
    second = Store(home)
    store.restore(into=second.data)
    (second.data / "archive").write_text(f"{store.repository.wal}\n")
    second.note(second.start(), "lost")
    second.stop()
    assert timelines(store) == {1, 2}
    store.note(access, "b")
    archived(store, access)
    store.stop()
    with pytest.raises(BackupError, match="two servers have written to this folder: timeline 1 has") as refusal:
        store.restore()
    moments = [parse_moment(part.partition("`")[0]) for part in
               (str(refusal.value).partition(word)[2] for word in ("--to ", "--accept-end "))]  # fmt: skip
    store.restore(accept_end=moments[1], into=home / "latter")
    store.restore(moments[0])
    assert store.notes(store.start()) == "a b"


def test_a_backup_tells_of_a_segment_that_is_gone_with_its_checksum(store: Store) -> None:
    access = store.start()
    store.back_up(access)
    names = []
    for text in "ab":
        store.note(access, text)
        names.append(str(ask(access, "SELECT pg_walfile_name(pg_current_wal_lsn())")))
        archived(store, access)
    lost = store.repository.wal / f"{names[0]}.gz"
    remove(lost, checksum_file(lost))
    (gap,) = take_backup(store.repository, access, Wish(), store.said.append).gaps
    assert (gap.first, gap.fault) == (names[0], "missing")


def test_a_cluster_whose_settings_lie_elsewhere(store: Store) -> None:
    for name in ("postgresql.conf", "pg_hba.conf"):  # Debian has them in /etc
        (store.layout.cluster / name).unlink()
    _include_settings(store.layout.cluster, store.layout)
    assert store.notes(store.start()) == "None"
