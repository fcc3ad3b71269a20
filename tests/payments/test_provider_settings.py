"""One way of paying, as an admin sees and changes it."""

from __future__ import annotations

from tests.payments.conftest import Shop
from tests.support.connections import refused


async def test_a_provider_is_read_as_it_was_changed(shop: Shop) -> None:
    admin = await shop.account("admin")
    providers = await shop.call("web_support", "list_providers", token=shop.support)
    listed = {p["name"]: p for p in providers["data"]}
    for name, expected in listed.items():
        assert await shop.call("web_admin", "get_provider", token=admin, provider=name) == expected
    changed = await shop.call("web_admin", "update_provider", token=admin, provider="stripe", capture_method="manual")
    assert changed == listed["stripe"] | {"capture_method": "manual"}
    assert await shop.call("web_admin", "get_provider", token=admin, provider="stripe") == changed


async def test_one_that_does_not_exist(shop: Shop) -> None:
    admin = await shop.account("admin")
    with refused("provider_not_found", "SH404"):
        await shop.call("web_admin", "get_provider", token=admin, provider="barter")
