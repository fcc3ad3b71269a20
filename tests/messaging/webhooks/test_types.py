"""The types of events that an endpoint may ask for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.cluster import ROOT
from tests.support.web import Client

PATH = "/webhook-endpoints"
URL = "https://hooks.example/"


@pytest.mark.parametrize("types", [["order.payed"], ["order.paid", "orders.*"], ["order.paid", "order.pay"]])
async def test_a_type_that_does_not_exist_is_refused_with_those_that_do(
    client: Client, merchant: str, types: list[str]
) -> None:
    """Case S10."""
    made = await client.post(PATH, token=merchant, json={"url": URL, "types": types})
    assert (made.status_code, made.json()["code"]) == (422, "event_type_unknown")
    assert {"order.paid", "refund.completed", "payout.failed"} <= set(made.json()["types"])
    assert "order.paid" in made.json()["detail"]
    [error] = made.json()["errors"]
    assert error == {"pointer": f"/types/{len(types) - 1}", "detail": f"There is no event of the type {types[-1]}."}


async def test_a_change_is_checked_too(client: Client, merchant: str) -> None:
    made = await client.post(PATH, token=merchant, json={"url": URL, "types": ["*", "order.*", "order.paid"]})
    assert made.status_code == 201
    path = f"{PATH}/{made.json()['id']}"
    changed = await client.patch(path, token=merchant, json={"types": ["order.payed"]})
    assert (changed.status_code, changed.json()["code"]) == (422, "event_type_unknown")
    assert (await client.get(path, token=merchant)).json()["types"] == ["*", "order.*", "order.paid"]


async def test_the_list_has_every_type_that_a_function_records(admin: Any) -> None:
    listed = set(await admin.fetchval("SELECT array_agg(t.type) FROM messaging.event_types() AS t"))
    source = "\n".join(
        file.read_text() for file in ROOT.glob("db/**/*.sql") if not {"migrations", "demo"} & set(file.parts)
    )
    calls = re.findall(r"record_event\((.*?)(?:,|\|\|)", source, re.DOTALL)
    literal = {name for call in calls for name in re.findall(r"'([a-z_]+\.[a-z_]+)'", call)}
    assert len(literal) > 40
    assert literal - listed == set(), "add it to messaging.event_types()"
    # Types that are put together: each begins like some type of the list.
    composed = {name for call in calls for name in re.findall(r"'([a-z_]+\.)'", call)}
    assert {prefix for prefix in composed if not any(name.startswith(prefix) for name in listed)} == set()
    for prefix, values in (
        ("shipment.", "SELECT to_status FROM fulfilment.shipment_transitions"),
        ("return.", "SELECT to_status FROM fulfilment.return_transitions"),
    ):
        assert {prefix + row[0] for row in await admin.fetch(values)} <= listed
    # And no type that nothing records.
    words = set(re.findall(r"'([a-z_]+)'", source)) | set(re.findall(r"[a-z_]+", source))
    assert {name for name in listed if name.split(".")[1] not in words} == set()
