"""What tests of the catalogue share: a shop of their own, and a merchant in it."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from tests.catalog.test_catalogue import Shop


@pytest.fixture(scope="module")
async def shop(anyio_backend: str, call: Any, admin: asyncpg.Connection[Any]) -> Shop:
    return Shop(call, admin)


@pytest.fixture(scope="module")
async def seller(shop: Shop) -> str:
    return await shop.account("merchant")
