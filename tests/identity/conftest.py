"""People for the tests of identity: each signs up and logs in over SQL as the web tier does, bcrypt left out."""

from __future__ import annotations

import hashlib
import itertools
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

Call = Callable[..., Awaitable[Any]]

_numbers = itertools.count(1)


def hashed(password: str, salt: str = "$2b$12$" + "s" * 22) -> str:
    """Stands for bcrypt(password, salt): 60 characters that begin with the salt."""
    return salt + urlsafe_b64encode(hashlib.sha256((salt + password).encode()).digest()).decode()[:31]


@dataclass
class Person:
    call: Call
    email: str
    password: str = "Right-1"
    role: str = "customer"
    account: dict[str, Any] = field(default_factory=dict)
    session: dict[str, Any] = field(default_factory=dict)

    async def sign_up(self, **more: Any) -> Person:
        self.account = await self.call(
            "web_anonymous", "create_account", email=self.email, password=hashed(self.password), **more
        )
        return self

    async def log_in(self, password: str | None = None, address: str | None = "192.0.2.1") -> dict[str, Any]:
        salt = await self.call("web_anonymous", "begin_session", email=self.email, client_address=address)
        self.session = await self.call(
            "web_anonymous",
            "create_session",
            email=self.email,
            password=hashed(password or self.password, salt),
            client_address=address,
        )
        return self.session

    async def does(self, function: str, **arguments: Any) -> Any:
        return await self.call(f"web_{self.role}", function, token=self.session["access_token"], **arguments)

    async def refresh(self, token: str | None = None) -> Any:
        session = await self.call(
            "web_anonymous", "refresh_session", refresh_token=token or self.session["refresh_token"]
        )
        self.session = session or self.session
        return session


@pytest.fixture(scope="module")
async def stranger(call: Call) -> Callable[[], Person]:
    """Somebody who has not signed up."""
    return lambda: Person(call, f"person{next(_numbers)}@shop.example")


@pytest.fixture
async def person(stranger: Callable[[], Person]) -> Person:
    """A customer who is logged in."""
    somebody = await stranger().sign_up()
    await somebody.log_in()
    return somebody


@pytest.fixture
async def other(stranger: Callable[[], Person]) -> Person:
    """Another customer who is logged in."""
    somebody = await stranger().sign_up()
    await somebody.log_in()
    return somebody
