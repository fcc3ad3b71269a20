"""Spectral (spectral:oas) and Redocly (recommended) accept the OpenAPI document; their few warnings are named here.

Both together take some 10 s of CPU, most of it the start of Node.js programs: they run once, side by side.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import load_answers
from tests.support.node import node_modules

FOLDER = Path(__file__).parent / "linters"
ENVIRONMENT = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "1"}

pytestmark = pytest.mark.long


async def lint(folder: Path, program: str, *arguments: str) -> Any:
    """What a linter reports about openapi.json in the folder."""
    process = await asyncio.create_subprocess_exec(
        node_modules(FOLDER) / ".bin" / program, "lint", "openapi.json", *arguments,
        cwd=folder, env=os.environ | ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    try:
        return json.loads(output)
    except json.JSONDecodeError:
        pytest.fail(f"{program}: {errors.decode()[-2000:]}")


async def test_two_linters_accept_the_document(tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(load_answers().document))
    spectral, redocly = await asyncio.gather(
        lint(tmp_path, "spectral", "--ruleset", str(FOLDER / "spectral.yaml"), "--format", "json", "--quiet"),
        lint(tmp_path, "redocly", "--extends", "recommended", "--format", "json"),
    )
    # There is no address to write to that holds for every shop. And Spectral takes the example of an answer for a
    # schema: a type of event has fields that are named `type` and `example`.
    assert Counter((each["code"], "/".join(each["path"][:3])) for each in spectral) == {
        ("info-contact", "info"): 1,
        ("oas3-valid-schema-example", "components/examples/answer.event_type_page"): 1,
    }, spectral
    # /products/imports/{import_id} beside /products/{product_id}/prices: ids are UUIDs, and no UUID is a word.
    found = Counter((each["severity"], each["ruleId"]) for each in redocly["problems"])
    assert found == {("warn", "no-ambiguous-paths"): 2}, redocly["problems"]
