"""What the stories need to talk to a store: urllib, and a line for each story that has passed."""

from __future__ import annotations

import argparse
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

PASSWORD = f"Story-{uuid4().hex[:12]}"


class Failed(Exception):
    """The store answered in another way than the story says."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


@dataclass
class Answer:
    status: int
    headers: Any
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text) if self.text else None


def send(method: str, url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    request = urllib.request.Request(url, data, headers or {}, method=method)
    try:
        with _opener.open(request, timeout=30) as response:
            return Answer(response.status, response.headers, response.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read().decode())


@dataclass
class Person:
    """A caller of the store: not logged in, with a token, or with cookies."""

    store: str
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    email: str = ""

    def call(self, method: str, path: str, body: Any = None, *, expect: int | str = 200, **headers: str) -> Any:
        """The body of the answer. `expect`: its status, or the code of a refusal."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            sent["Origin"] = self.store
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = send(method, f"{self.store}/v1{path}", data, sent)
        found = answer.body.get("code") if isinstance(expect, str) and answer.status >= 400 else answer.status
        if found != expect:
            raise Failed(f"{method} {path}: {expect} expected, {answer.status} came: {answer.text[:500]}")
        return answer.body

    def get(self, path: str, **keywords: Any) -> Any:
        return self.call("GET", path, **keywords)

    def post(self, path: str, body: Any = None, *, expect: int | str = 201, **keywords: Any) -> Any:
        return self.call("POST", path, {} if body is None else body, expect=expect, **keywords)

    def put(self, path: str, body: Any, **keywords: Any) -> Any:
        return self.call("PUT", path, body, **keywords)

    def patch(self, path: str, body: Any, **keywords: Any) -> Any:
        return self.call("PATCH", path, body, **keywords)

    def delete(self, path: str, *, expect: int | str = 204, **keywords: Any) -> Any:
        return self.call("DELETE", path, expect=expect, **keywords)

    def log_in(self, password: str = PASSWORD) -> Person:
        self.token = self.post("/sessions", {"email": self.email, "password": password})["access_token"]
        return self

    def log_in_with_cookies(self) -> None:
        given = {"email": self.email, "password": PASSWORD, "cookies": True}
        data = json.dumps(given).encode()
        answer = send("POST", f"{self.store}/v1/sessions", data, {"Content-Type": "application/json"})
        check(answer.status == 201, answer.text)
        self.token = ""
        pairs = (header.split(";")[0].split("=", 1) for header in answer.headers.get_all("Set-Cookie"))
        self.cookies = {pair[0]: pair[1] for pair in pairs}

    def pay(self, order: Any, outcome: str) -> Any:
        """One attempt to pay an order, as a browser does it on the mock gateway's page. The payment afterwards."""
        begun = self.post(f"/orders/{order['id']}/payments", {"provider": "mock"})
        press(begun["checkout_url"], outcome)
        return self.get(f"/payments/{begun['payment']['id']}")


def press(page: str, outcome: str) -> None:
    """The button `pay` or `decline` of a hosted page."""
    answer = send("POST", page, urlencode({"outcome": outcome}).encode())
    check(answer.status == 303, f"{answer.status}: {answer.text[:300]}")


def sign_up(store: str, **fields: Any) -> Person:
    person = Person(store, email=f"{uuid4().hex}@example.com")
    person.post("/accounts", {"email": person.email, "password": PASSWORD, **fields})
    return person.log_in()


def check(holds: bool, detail: object = "") -> None:
    if not holds:
        raise Failed(str(detail) or "what the story says is not so")


def soon(holds: Callable[[], bool]) -> None:
    """As check(), of what visitors see: a change reaches every process of the store a moment after its answer."""
    until = time.monotonic() + 5
    while not holds():
        check(time.monotonic() < until, "visitors do not see the change")
        time.sleep(0.05)


def story(text: str) -> None:
    """It has passed."""
    print(f"ok  {text}", flush=True)


def ship(person: Person, country: str) -> dict[str, str]:
    """What an order names besides its lines, if the shop ships there: the first way of shipping."""
    methods = person.get(f"/shipping-methods?country={country}")["data"]
    return {"shipping_method_id": methods[0]["id"]} if methods else {}


def run(about: str, stories: Callable[[str, Person, Person | None], None]) -> None:
    """The command line: the store's address, its administrator, and perhaps a customer's token."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("store", nargs="?", default="http://127.0.0.1:8000", help="address of a running store")
    parser.add_argument("--admin", default="admin@example.com", help="e-mail of an administrator (the demo shop's)")
    parser.add_argument("--password", default="Demo-Pass-1", help="the administrator's password")
    parser.add_argument("--token", help="access token of a customer at an outside identity provider")
    given = parser.parse_args()
    store = given.store.rstrip("/")
    admin = Person(store, email=given.admin).log_in(given.password)
    try:
        stories(store, admin, Person(store, given.token) if given.token else None)
    except Failed as failed:
        raise SystemExit(f"FAILED  {failed}") from None
