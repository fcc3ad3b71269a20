"""A worker whose database was never deployed to says what to do about it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from api.settings import Settings
from api.worker.log import TROUBLE, describe
from api.worker.loop import Worker
from db.server.access import Access


async def test_it_says_what_to_do(access: Access, tmp_path: Path) -> None:
    nowhere = urlsplit(access.public_url())._replace(path="/nowhere").geturl()
    with pytest.raises(TROUBLE) as caught:
        await Worker(Settings(database_url=nowhere, secret=access.secret, data=tmp_path))._serve()
    role = asyncpg.InvalidAuthorizationSpecificationError('role "web_worker" does not exist')
    for error in (caught.value, role):
        assert "does not exist: `storeproc migrate`, with the same secrets, makes" in describe(error)
