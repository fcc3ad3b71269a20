"""The list of errors at /docs/errors: every code that a client can receive has a sentence."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest


@pytest.fixture(scope="module")
async def listed(client: Any) -> dict[str, str]:
    page = await client.get("/docs/errors")
    rows = re.findall(r'<tr id="(\w+)">.*?<td>([^<]*)</td></tr>', page.text)
    assert len(rows) > 300
    return {code: unescape(sentence) for code, sentence in rows}


def test_every_code_has_a_sentence(listed: dict[str, str]) -> None:
    assert [code for code, sentence in listed.items() if not sentence] == []


def test_a_message_that_depends_on_the_case_is_shown_with_its_alternatives(listed: dict[str, str]) -> None:
    assert listed["payment_not_open"] == "This payment is …. / This payment is being captured."


def test_a_message_in_a_variable_is_replaced_by_the_hint(listed: dict[str, str]) -> None:
    assert listed["return_url_refused"] == "An administrator allows origins in the setting return_origins."
