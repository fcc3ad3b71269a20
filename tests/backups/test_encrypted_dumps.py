"""backup.sh with encryption: the dump comes back with the key, and is refused without it or where it is damaged."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyrage

from backups.verify import _faults_of_dump
from db.server.access import Access
from tests.backups.conftest import ask
from tests.backups.test_damage import spoil
from tests.backups.test_dumps import plainly
from tests.support.cluster import Cluster

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_a_dump_is_encrypted_and_comes_back(
    run: Run, access: Access, folder: Path, cluster: Cluster, worker_id: str
) -> None:
    identity = pyrage.x25519.Identity.generate()
    for name, text in (("ours", str(identity)), ("strange", str(pyrage.x25519.Identity.generate()))):
        (folder / f"{name}.key").write_text(f"{text}\n")
    ours = {"STOREPROC_BACKUPS_IDENTITY": str(folder / "ours.key")}
    ask(access, "SELECT monitor.record_backup('dump', 1)")
    there = plainly(access)
    there["PATH"] = f"{folder}/bin:{there['PATH']}"  # storeproc decrypts
    done = run("backup.sh", "--to", "dumps", **there, STOREPROC_BACKUPS_ENCRYPT_TO=str(identity.to_public()))
    assert done.returncode == 0, done.stdout + done.stderr
    (dump,) = (folder / "dumps").iterdir()
    assert {path.name for path in dump.iterdir()} == {
        *("dump.age", "roles.sql.age", "database.sql.age", "facts.age"),
        *("manifest", "SHA256SUMS"),
    }
    assert list(_faults_of_dump(dump)) == []
    target = f"encrypted_{worker_id}"

    def restore(backup: Path, **more: str) -> subprocess.CompletedProcess[str]:
        return run("restore.sh", backup, "--target-db", target, **there, **more)

    strange = {"STOREPROC_BACKUPS_IDENTITY": str(folder / "strange.key")}
    for environment, sentence in (({}, "the key is not here"), (strange, "does not open")):
        refused = restore(dump, **environment)
        assert refused.returncode == 1
        assert sentence in refused.stderr
        assert "nothing was replaced" in refused.stderr
    damaged = shutil.copytree(dump, folder / "damaged")
    spoil(damaged / "dump.age")
    assert "is damaged: ./dump.age: FAILED" in restore(damaged, **ours).stderr
    subprocess.run("sha256sum ./*.age ./manifest >SHA256SUMS", shell=True, cwd=damaged, check=True)
    refused = restore(damaged, **ours)
    assert "it is not what was encrypted" in refused.stderr
    assert "nothing was replaced" in refused.stderr
    assert ask(access, f"SELECT count(*) FROM pg_database WHERE datname LIKE '{target}%'") == 0
    try:
        done = restore(dump, **ours)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "every invariant holds" in done.stdout
    finally:
        cluster.drop(target)
