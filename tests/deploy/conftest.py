"""A workshop for each test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from db.server.access import Access
from tests.deploy.workshop import Workshop
from tests.support.cluster import Cluster

numbers = count(1)


@pytest.fixture
def workshop(cluster: Cluster, tmp_path: Path, worker_id: str) -> Iterator[Workshop]:
    name = f"workshop_{worker_id}_{next(numbers)}"
    folder = tmp_path / "db"
    folder.mkdir()
    yield Workshop(folder, Access(cluster.access.admin(name), cluster.access.secret))
    cluster.drop(name)
