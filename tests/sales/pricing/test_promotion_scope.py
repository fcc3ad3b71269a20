"""What a promotion is for: stored, never widened by a deletion, and audited."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line
from tests.sales.pricing.conftest import Make
from tests.support.connections import refused


@pytest.fixture
def category(shop: Shop, administrator: str) -> Make:
    async def make(**given: Any) -> Any:
        given = {"slug": uuid.uuid4().hex, "name": "Lamps", **given}
        return await shop.call("web_admin", "create_category", token=administrator, **given)

    return make


async def change(shop: Shop, promotion: dict[str, Any], **given: Any) -> Any:
    return await shop.call(
        "web_support", "update_promotion", token=shop.support, promotion_id=promotion["id"], given=list(given), **given
    )


async def disable(shop: Shop, promotion: dict[str, Any]) -> Any:
    return await shop.call("web_support", "disable_promotion", token=shop.support, promotion_id=promotion["id"])


async def test_a_category_of_a_promotion_cannot_be_deleted(
    shop: Shop, buyer: Buyer, administrator: str, promotion: Make, category: Make
) -> None:
    """Case C1: the code for a category became one for everything."""
    lamps, lamp = await category(), await shop.product(1000)
    made = await promotion(basis_points=5000, category_ids=[lamps["id"]], name="Half price")
    gone = {"token": administrator, "category_id": lamps["id"]}
    with refused("category_in_promotion", "SH409") as error:
        await shop.call("web_admin", "delete_category", **gone)
    assert error.detail == {"promotions": [{"id": made["id"], "name": "Half price"}]}
    with refused("promo_not_applicable", "SH422"):
        await buyer.order(line(lamp), promo_code=made["code"])
    # However the code above it is written.
    with refused("category_in_promotion", "23001"):
        await shop.admin.execute("DELETE FROM catalog.categories WHERE id = $1", uuid.UUID(lamps["id"]))

    await disable(shop, made)
    await shop.call("web_admin", "delete_category", **gone)
    seen = await shop.call("web_support", "get_promotion", token=shop.support, promotion_id=made["id"])
    assert (seen["scope"], seen["category_ids"], seen["enabled"]) == ("categories", [], False)


async def test_one_that_is_over_prevents_nothing_and_does_not_come_back_for_everything(
    shop: Shop, buyer: Buyer, administrator: str, promotion: Make, category: Make
) -> None:
    lamps, cup = await category(), await shop.product(1000)
    made = await promotion(
        category_ids=[lamps["id"]], valid_from="2020-01-01T00:00:00Z", valid_until="2020-02-01T00:00:00Z"
    )
    await shop.call("web_admin", "delete_category", token=administrator, category_id=lamps["id"])
    with refused("promotion_scope_empty", "SH422"):
        await change(shop, made, valid_until=None)
    # Nor if its period is changed past all functions: an empty list is for nothing.
    await shop.admin.execute("UPDATE sales.promotions SET valid_until = NULL WHERE id = $1", uuid.UUID(made["id"]))
    with refused("promo_not_applicable", "SH422"):
        await buyer.order(line(cup), promo_code=made["code"])
    again = await change(shop, made, valid_until=None, product_ids=[cup])
    assert (again["scope"], again["product_ids"]) == ("products", [cup])
    assert (await buyer.order(line(cup), promo_code=made["code"]))["discount"] == 100


async def test_a_product_or_bundle_of_a_promotion_cannot_be_deleted(shop: Shop, promotion: Make, bundle: Make) -> None:
    lamp = await shop.product(1000)
    both = await bundle((lamp, 2))
    made = await promotion(product_ids=[lamp, both])
    for function, given in (("delete_product", {"product_id": lamp}), ("delete_bundle", {"bundle_id": both})):
        with refused("product_in_promotion", "SH409") as error:
            await shop.call("web_merchant", function, token=shop.merchant, **given)
        assert [p["id"] for p in error.detail["promotions"]] == [made["id"]]
        assert made["code"] not in str(error.detail), "a merchant learns no codes"
    await change(shop, made, scope="everything")
    await shop.call("web_merchant", "delete_bundle", token=shop.merchant, bundle_id=both)
    await shop.call("web_merchant", "delete_product", token=shop.merchant, product_id=lamp)
    with refused("product_not_found", "SH404"):
        await promotion(product_ids=[lamp])


async def test_the_scope_is_what_the_lists_say_or_what_is_said(shop: Shop, promotion: Make, category: Make) -> None:
    lamp, lamps = await shop.product(1000), (await category())["id"]
    for given, scope in (
        ({}, "everything"),
        ({"product_ids": [lamp]}, "products"),
        ({"category_ids": [lamps]}, "categories"),
        ({"category_ids": [lamps], "product_ids": [lamp], "scope": "categories"}, "categories"),
    ):
        assert (await promotion(**given))["scope"] == scope
    for given in ({"scope": "products"}, {"scope": "categories"}):
        with refused("promotion_scope_empty", "SH422"):
            await promotion(**given)
    for given in (
        {"scope": "everything", "product_ids": [lamp]},
        {"scope": "products", "category_ids": [lamps]},
        {"scope": "categories", "product_ids": [lamp]},
    ):
        with refused("promotion_scope_mismatch", "SH422"):
            await promotion(**given)


async def test_changes_of_the_scope_are_audited(shop: Shop, promotion: Make, category: Make) -> None:
    lamp, lamps = await shop.product(1000), (await category())["id"]
    made = await promotion(category_ids=[lamps])
    with refused("promotion_scope_empty", "SH422"):
        await change(shop, made, category_ids=[])
    with refused("version_stale", "SH412"):
        await change(shop, made, scope="everything", if_match=made["version"] + 1)
    same = await change(shop, made, name="Sale again", category_ids=[lamps])
    both = await change(shop, same, product_ids=[lamp])
    assert (both["scope"], both["category_ids"], both["product_ids"]) == ("categories", [lamps], [lamp])
    narrow = await change(shop, both, category_ids=[])
    assert (narrow["scope"], narrow["version"]) == ("products", 4)
    wide = await change(shop, narrow, scope="everything", if_match=4)
    assert (wide["scope"], wide["product_ids"], wide["category_ids"]) == ("everything", [], [])
    events = await shop.admin.fetch(
        "SELECT type, data ->> 'scope' AS scope FROM messaging.events WHERE data ->> 'promotion_id' = $1 ORDER BY id",
        made["id"],
    )
    assert [tuple(e) for e in events] == [
        ("promotion.created", None),
        *(("promotion.scope_changed", scope) for scope in ("categories", "products", "everything")),
    ]
    rows = await shop.admin.fetch(
        "SELECT table_name, operation, new ->> 'scope' AS scope FROM audit.changes WHERE row_id = $1 "
        "AND (new ? 'scope' OR table_name <> 'sales.promotions') ORDER BY id",
        made["id"],
    )
    assert [tuple(r) for r in rows] == [
        ("sales.promotions", "INSERT", "everything"),
        ("sales.promotion_categories", "INSERT", None),
        ("sales.promotions", "UPDATE", "categories"),
        ("sales.promotion_products", "INSERT", None),
        ("sales.promotion_categories", "DELETE", None),
        ("sales.promotions", "UPDATE", "products"),
        ("sales.promotion_products", "DELETE", None),
        ("sales.promotions", "UPDATE", "everything"),
    ]
