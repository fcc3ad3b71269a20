"""The package, the OpenAPI document and the changelog name one version."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from tests.support.cluster import ROOT


async def test_package_openapi_and_changelog_agree(client: Any) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert (await client.get("/openapi.json")).json()["info"]["version"] == version
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest
    assert newest[1] == version
