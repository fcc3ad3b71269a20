"""The console's files: nothing from elsewhere, a strict policy, and no second download of what is current."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from api.console.pages import POLICY, console_routes

FILES = sorted((Path(__file__).parents[2] / "api" / "console" / "static").iterdir())
CODE = [file for file in FILES if file.suffix in (".js", ".html", ".css")]


@pytest.fixture
async def files() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=console_routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
        yield client


async def test_the_policy_allows_our_files_and_nothing_else(files: httpx.AsyncClient) -> None:
    policy = dict(part.strip().split(" ", 1) for part in POLICY.split(";"))
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in POLICY
    for path in ("/console", "/console/"):
        answer = await files.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"


async def test_a_browser_asks_whether_its_copy_is_current(files: httpx.AsyncClient) -> None:
    for path in ("/console", *(f"/console/{file.name}" for file in FILES)):
        first = await files.get(path)
        assert first.status_code == 200, path
        again = await files.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert first.headers["cache-control"] == again.headers["cache-control"] == "no-cache"
        assert again.headers["content-security-policy"] == POLICY
        other = await files.get(path, headers={"If-None-Match": '"other"'})
        assert other.status_code == 200


@pytest.mark.parametrize("file", CODE, ids=lambda file: file.name)
def test_no_file_makes_markup_of_text_or_loads_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text)
    assert file.suffix != ".html" or not re.findall(r"\s(?:style|on\w+)=", text)
    # The names of namespaces and what comments cite are no requests.
    assert set(re.findall(r"https?://[\w./-]+", text)) <= {"http://www.w3.org/2000/svg", "https://feathericons.com."}


def test_every_module_is_imported_and_no_imports_form_a_cycle() -> None:
    imports = {
        file.name: re.findall(r'^import .* from "\./([\w-]+\.js)";$', file.read_text(encoding="utf-8"), re.MULTILINE)
        for file in FILES
        if file.suffix == ".js"
    }
    assert {name for names in imports.values() for name in names} | {"main.js"} == set(imports)
    order: list[str] = []
    while len(order) < len(imports):
        ready = [name for name, needed in imports.items() if name not in order and set(needed) <= set(order)]
        assert ready, f"cycle among {sorted(set(imports) - set(order))}"
        order += ready


def test_it_names_no_payment_provider() -> None:
    for file in CODE:
        assert not re.search(
            r"\b(?:stripe|sslcommerz|mock|cash_on_delivery|bank_transfer)\b", file.read_text(), re.IGNORECASE
        )
