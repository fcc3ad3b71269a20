"""Rows that vanish with another one: none of them is a restriction, whose absence would allow or mean everything."""

from __future__ import annotations

from typing import Any

FOREIGN_KEYS = """
    SELECT c.conrelid::regclass::text || '.' || string_agg(a.attname, ' ' ORDER BY a.attnum) AS name, c.confdeltype
    FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
    WHERE c.contype = 'f' AND c.confdeltype IN ('c', 'n', 'd') AND c.conparentid = 0
    GROUP BY c.oid
"""
# By the foreign keys that delete a row, or empty a column, with what they refer to: what is missing then.
VANISH = {
    "something of the account, product, file or session that is gone too, and nothing without it": """
        catalog.import_bases.product_id catalog.imports.merchant_id catalog.import_lines.import_id
        catalog.prices.product_id catalog.product_options.product_id catalog.stock.product_id
        catalog.stock_parts.product_id catalog.wishlist_items.account_id catalog.wishlist_items.product_id
        identity.account_exports.account_id identity.account_export_parts.account_id identity.addresses.account_id
        identity.api_keys.account_id identity.email_changes.account_id identity.known_devices.account_id
        identity.mail_tokens.account_id identity.outside_identities.account_id identity.passwords.account_id
        identity.refresh_tokens.session_id identity.sessions.account_id identity.tax_id_checks.account_id
        messaging.webhook_endpoints.account_id messaging.webhook_deliveries.endpoint_id
        messaging.webhook_attempts.delivery_id messaging.webhook_secrets.endpoint_id
        sales.carts.account_id sales.cart_items.account_id sales.cart_items.product_id
        sales.order_item_components.order_item_id""",
    "the link to an order, or the network it came from; orders are never deleted": """
        identity.mail_tokens.order_id sales.guest_networks.order_id""",
    "a second factor, with the account that it protects": """
        identity.second_factors.account_id identity.recovery_codes.account_id""",
    "that a merchant is stopped, with the merchant; accounts are erased, and keep their row": """
        catalog.stopped_merchants.account_id""",
    "the lists of what no longer is: a promotion, a bundle, a shipping method": """
        sales.promotion_categories.promotion_id sales.promotion_products.promotion_id catalog.bundle_items.bundle_id
        sales.shipping_rates.method_id""",
    "limits or rates of a currency or provider that is gone; currencies are never deleted": """
        ledger.limits.currency payments.provider_limits.provider
        report.exchange_rates.base report.exchange_rates.currency""",
    "who set a price or a rate, which decides nothing": "catalog.prices.created_by report.exchange_rates.created_by",
    "the session that tokens of an identity provider are exchanged into: a new one begins": """
        identity.outside_identities.session_id""",
}


async def test_no_restriction_vanishes_with_what_it_refers_to(admin: Any) -> None:
    """A promotion for a category was for everything when the category had gone: its list had vanished with it."""
    found = sorted(row["name"] for row in await admin.fetch(FOREIGN_KEYS))
    known = sorted(name for names in VANISH.values() for name in names.split())
    assert found == known, "say what it means that the row is missing, or let the deletion be refused (RESTRICT)"
