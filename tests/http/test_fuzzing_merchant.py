"""What schemathesis invents for a merchant: see fuzzing.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from .fuzzing import SERVER_ENVIRONMENT as SERVER_ENVIRONMENT
from .fuzzing import fuzz

pytestmark = pytest.mark.anyio


async def test_no_operation_answers_with_a_server_error(
    server: Any, call: Any, admin: asyncpg.Connection[Any], tmp_path: Path
) -> None:
    await fuzz("merchant", server, call, admin, tmp_path)
