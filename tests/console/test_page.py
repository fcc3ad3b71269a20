"""The document itself: nothing from outside, a policy that fits it to the letter, and asked for once."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from typing import Any

from api.console import page as console


async def test_the_policy_allows_these_two_texts_and_nothing_else(client: Any) -> None:
    answer = await client.get(client.url + "/console")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    for element, directive in (("style", "style-src"), ("script", "script-src")):
        texts = re.findall(rf"<{element}[^>]*>(.*?)</{element}>", answer.text, re.DOTALL)
        assert len(texts) == 1
        assert policy[directive] == f"'sha256-{b64encode(hashlib.sha256(texts[0].encode()).digest()).decode()}'"
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not re.findall(r"\s(?:style|on\w+)=", answer.text.split("<script")[0])
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", answer.text)
    # The names of namespaces and what comments cite are no requests; there are no others.
    assert set(re.findall(r"https?://[\w./-]+", answer.text)) <= {
        "http://www.w3.org/2000/svg",
        "https://feathericons.com",
    }


async def test_it_is_sent_once(client: Any) -> None:
    first = await client.get(client.url + "/console")
    again = await client.get(client.url + "/console", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get(client.url + "/console", headers={"If-None-Match": '"other"'})).status_code == 200


def test_every_part_is_in_it_once() -> None:
    parts = sorted(path.name for path in console.FOLDER.glob("*.js"))
    assert sorted(console.PARTS) == parts
