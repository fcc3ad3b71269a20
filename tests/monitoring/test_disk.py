"""Which disk is measured: that of the embedded server, else the machine's, not the memory that a container has."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from api.metrics.measured import disk_families

MEMORY = Path("/dev/shm")


def size(data: Path) -> float:
    return float(next(family.samples[0].value for family in disk_families(data) if family.name.endswith("disk_bytes")))


def test_a_container_measures_the_disk_of_its_volumes() -> None:
    machine = shutil.disk_usage("/").total
    if not MEMORY.exists() or shutil.disk_usage(MEMORY).total == machine:
        pytest.skip("there is no file system in memory")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        data = Path(folder)
        assert size(data) == machine, "no server has its data there"
        assert size(data / "missing") == machine
        (data / "lock").touch()
        assert size(data) == shutil.disk_usage(MEMORY).total
