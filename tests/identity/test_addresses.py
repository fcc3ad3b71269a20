"""Addresses: one's own, one default."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.connections import refused

HOME = {"name": "A. Buyer", "line1": "1 Lake Road", "city": "Dhaka", "country": "BD"}


async def test_the_first_address_is_the_default_and_a_new_default_takes_its_place(person: Any) -> None:
    first = await person.does("create_address", **HOME)
    assert first | {"id": "", "created_at": ""} == HOME | {
        "id": "",
        "line2": None,
        "region": None,
        "postal_code": None,
        "phone": None,
        "tax_id": None,
        "tax_id_status": None,
        "is_default": True,
        "version": 1,
        "created_at": "",
    }
    second = await person.does("create_address", **HOME, is_default=True)
    third = await person.does("create_address", **HOME, phone="+880 1")
    page = await person.does("list_addresses")
    assert [(a["id"], a["is_default"]) for a in page["data"]] == [
        (first["id"], False),
        (second["id"], True),
        (third["id"], False),
    ]
    assert page["next_cursor"] is None
    await person.does("update_address", address_id=third["id"], is_default=True)
    await person.does("delete_address", address_id=third["id"])
    page = await person.does("list_addresses")
    assert [(a["id"], a["is_default"]) for a in page["data"]] == [(first["id"], True), (second["id"], False)]


async def test_ten_first_addresses_at_once_are_one_default(person: Any) -> None:
    await asyncio.gather(*(person.does("create_address", **HOME, is_default=i % 2 == 0) for i in range(10)))
    page = await person.does("list_addresses")
    assert len(page["data"]) == 10
    assert sum(a["is_default"] for a in page["data"]) == 1


async def test_a_change_keeps_what_it_does_not_name(person: Any) -> None:
    address = await person.does("create_address", **HOME, line2="Flat 2", phone="123")
    changed = await person.does(
        "update_address", address_id=address["id"], city="Khulna", line2=None, given=["city", "line2"], if_match=1
    )
    assert (changed["city"], changed["line2"], changed["phone"], changed["line1"], changed["version"]) == (
        "Khulna",
        None,
        "123",
        "1 Lake Road",
        2,
    )
    with refused("version_stale", "SH412"):
        await person.does("update_address", address_id=address["id"], city="Sylhet", if_match=1)
    kept = await person.does("update_address", address_id=address["id"], name=None, given=["name"])
    assert kept["name"] == "A. Buyer"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("country", "bd", "country_malformed"),
        ("country", "BGD", "country_malformed"),
        ("name", "", "text_length"),
        ("line1", "x" * 201, "text_length"),
    ],
)
async def test_what_is_no_address_is_refused(field: str, value: str, code: str, person: Any) -> None:
    with refused(code, "23514"):
        await person.does("create_address", **HOME | {field: value})


async def test_somebody_elses_address_is_not_there(person: Any, other: Any) -> None:
    address = await person.does("create_address", **HOME)
    await other.does("create_address", **HOME)
    for function, more in (("update_address", {"city": "Mine"}), ("delete_address", {})):
        with refused("address_not_found", "SH404"):
            await other.does(function, address_id=address["id"], **more)
    assert address["id"] not in {a["id"] for a in (await other.does("list_addresses"))["data"]}
    assert (await person.does("list_addresses"))["data"] == [address]


async def test_pages_follow_each_other(person: Any) -> None:
    made = [(await person.does("create_address", **HOME))["id"] for _ in range(5)]
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page = await person.does("list_addresses", limit=2, cursor=cursor)
        seen += [a["id"] for a in page["data"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (made, None)
    for wrong in ("nonsense", "e30", "!", "eyJpZCI6IngifQ"):
        with refused("cursor_invalid", "SH422"):
            await person.does("list_addresses", cursor=wrong)
    with refused("limit_out_of_range"):
        await person.does("list_addresses", limit=101)
