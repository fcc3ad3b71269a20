"""Every example request of the documentation works: each is sent, in this order, by those who may send it."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema_rs import validator_for

from tests.docs.example_world import PREPARE, World, make_world
from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.support.web import Client

# Not sent here, each with its reason.
ELSEWHERE = {
    "get_account_export": "the worker makes the file: tests/identity",
    "stream_order": "its answer does not end: tests/messaging",
}
# What Alice does, who signed up with the first example, in this order.
ALICE = (
    "create_account create_session refresh_session confirm_session update_account get_account list_sessions "
    "request_email_verification confirm_email_verification create_address begin_second_factor "
    "confirm_second_factor renew_recovery_codes get_second_factor disable_second_factor change_password "
    "request_password_reset end_other_sessions delete_session confirm_password_reset"
)
# Of the others, these come last, in this order: they end or replace what the others need.
LAST = (
    "issue_gift_card redeem_gift_card create_promotion validate_promotion update_promotion disable_promotion "
    "create_category update_category delete_category add_cart_item update_cart_item checkout_cart delete_cart_item "
    "clear_cart begin_second_factor lock_wallet unlock_wallet update_provider replace_seller report_oss_taxes "
    "delete_wishlist_item delete_bundle delete_product redeliver_webhook "
    "delete_webhook_endpoint revoke_api_key end_tax_rate end_tax_exemption create_tax_exemption update_shipment "
    "delete_address end_session"
)


@pytest.fixture(scope="module")
async def document(client: Client) -> dict[str, Any]:
    return dict((await client.get("/openapi.json")).json())


@pytest.fixture(scope="module")
async def world(shop: Shop, client: Client) -> World:
    return await make_world(shop, client)


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        operation["operationId"]: (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


async def send(world: World, found: tuple[str, str, dict[str, Any]], token: str | None) -> str:
    """What is wrong with the answer; nothing if it is a success."""
    method, path, operation = found
    name = operation["operationId"]
    given = await PREPARE[name](world) if name in PREPARE else {}
    if name in world.others:
        token = await world.others[name]()
    answer = await world.send(method, path, operation, token=token, given=given)
    if answer.is_success:
        if answer.headers.get("content-type", "").startswith("application/json") and answer.content:
            world.answers[name] = answer.json()
        return ""
    return f"{name}: {answer.status_code} {answer.text}"


async def test_what_alice_sends(document: dict[str, Any], world: World) -> None:
    known, wrong = operations(document), []
    for name in ALICE.split():
        token = world.alice.get("access_token") if known[name][2]["x-audience"] != "anonymous" else None
        wrong.append(await send(world, known[name], token))
        if name in ("create_session", "refresh_session"):
            world.alice = world.answers[name]
    assert list(filter(None, wrong)) == []


async def test_what_the_others_send(document: dict[str, Any], world: World) -> None:
    known = operations(document)
    others = [name for name in known if name not in (*ALICE.split(), *LAST.split(), *ELSEWHERE)]
    others.sort(key=lambda name: known[name][0] != "get")
    wrong = [
        await send(world, known[name], world.token(known[name][2]["x-audience"])) for name in (*others, *LAST.split())
    ]
    assert list(filter(None, wrong)) == []


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    wrong, checked = {}, 0
    for name, (_, _, operation) in operations(document).items():
        media = operation.get("requestBody", {}).get("content", {})
        parts = [*media.values(), *(p for p in operation.get("parameters", ()) if "example" in p)]
        for part in parts:
            schema = part["schema"] | {"components": document["components"]}
            errors = [error.message for error in validator_for(schema).iter_errors(part["example"])]
            if errors:
                wrong[name] = part["example"], errors
            checked += 1
    assert wrong == {}
    assert checked > 100
