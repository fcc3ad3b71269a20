"""The small HTML pages: complete, escaped, and loading nothing."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from typing import Any

import pytest
from jinja2 import UndefinedError

from api.pages.render import render_page

VALUES: dict[str, dict[str, Any]] = {
    "home.html": {},
    "message.html": {"title": "Verified", "heading": "Thank you", "text": "Your e-mail is verified."},
    "verify_email.html": {"token": "token-1"},
    "reset_password.html": {"token": "token-1", "rules": ["It must contain a digit."]},
    "checkout_return.html": {
        "title": "Thank you",
        "text": "We have received your payment.",
        "shop": "storeproc",
        "order_number": "100001",
        "price": "USD 12.00",
        "address": "https://shop.example/thanks",
    },
    "mock_checkout.html": {"order_number": "100001", "price": "USD 12.00", "notice": "Choose to pay or to decline."},
    "mock_checkout_gone.html": {},
    "errors.html": {"errors": [{"code": "out_of_stock", "status": 409, "phrase": "Conflict", "sentence": "Too few."}]},
}


@pytest.mark.parametrize("template", VALUES)
def test_a_page_is_one_response_that_its_policy_allows(template: str) -> None:
    response = render_page(template, **VALUES[template])
    text = bytes(response.body).decode()
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert len(styles) == 1
    assert f"style-src 'sha256-{b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()}'" in policy
    assert not re.search(r"<script|<link|<img|<iframe|url\(|@import|\s(?:on\w+|style)=", text)
    assert re.search(r"<title>\S.* · storeproc</title>", text)
    for value in VALUES[template].values():
        if isinstance(value, str):
            assert value in text


def test_values_are_escaped_and_none_may_be_missing() -> None:
    text = bytes(render_page("message.html", title="<i>", text="<script>alert(1)</script>").body).decode()
    assert "<script" not in text
    assert "<h1>&lt;i&gt;</h1>" in text
    assert 'value="&#34;&gt;&lt;b&gt;"' in bytes(render_page("verify_email.html", token='"><b>').body).decode()
    with pytest.raises(UndefinedError):
        render_page("verify_email.html")


def test_status_and_caching_are_the_callers_choice() -> None:
    response = render_page("mock_checkout_gone.html", status_code=404, cache_control="no-store")
    assert response.status_code == 404
    assert response.headers["cache-control"] == "no-store"
    assert render_page("home.html").headers["cache-control"] == "no-cache"


def test_the_form_lists_the_rules_of_passwords() -> None:
    page = bytes(render_page("reset_password.html", token="t", rules=["Not a common one."]).body)
    assert b"<li>Not a common one.</li>" in page


def test_home_leads_to_everything() -> None:
    links = re.findall(r'href="([^"]+)"', bytes(render_page("home.html").body).decode())
    assert links == ["/docs", "/console", "/openapi.json", "/health/ready"]
