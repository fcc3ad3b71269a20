"""People with orders and money: those of tests/identity in the shop of tests/payments."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.identity.accounts.provider import Provider, provider_running
from tests.identity.conftest import Person
from tests.identity.conftest import other as other
from tests.identity.conftest import person as person
from tests.identity.conftest import stranger as stranger
from tests.payments.conftest import shop as shop


@dataclass
class Staff:
    call: Any
    admin: Any
    stranger: Any

    async def somebody(self, role: str) -> Person:
        """Logged in, of any role."""
        person: Person = await self.stranger().sign_up()
        await self.admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1", person.account["id"], role)
        person.role = role
        await person.log_in()
        return person


@pytest.fixture(scope="module")
async def staff(call: Any, admin: Any, stranger: Any) -> Staff:
    return Staff(call, admin, stranger)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provider_running() as provider:
        yield provider


@pytest.fixture
def subject() -> str:
    return f"user-{uuid.uuid4().hex[:12]}"
