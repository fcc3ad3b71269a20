"""What the OpenAPI document shows as a request of each operation: an example that works for those who have the objects.

Ids are invented, one of each kind. tests/docs/test_examples.py puts real ones in their place and sends every example.
"""

from __future__ import annotations

from typing import Any

_KINDS = (
    "account address bundle cart_item category change credit_note delivery difference endpoint event exemption import "
    "key order order_item payment payout product promotion refund return session shipment shipping_method tax_rate"
)
IDS = {kind: f"01990f5e-7c3a-7d21-9b5e-3f0c8a6d1e{number:02x}" for number, kind in enumerate(_KINDS.split(), 16)}

_LINE = {"product_id": IDS["product"], "quantity": 1}
_ITEM = {"order_item_id": IDS["order_item"], "quantity": 1}
_MONEY = {"amount": 2500, "currency": "USD"}
_CREDIT = {"account_id": IDS["account"], **_MONEY, "reason": "A late delivery"}
_PASSWORD = "lantern-orchid-42"  # noqa: S105  # an example
_CODE = "SPRING10"

BODIES: dict[str, Any] = {
    # identity
    "create_account": {"email": "alice@example.com", "password": _PASSWORD, "display_name": "Alice"},
    "create_session": {"email": "alice@example.com", "password": _PASSWORD},
    "refresh_session": {"refresh_token": "of-the-last-session-that-you-received-0001"},
    "confirm_session": {"password": _PASSWORD},
    "update_account": {"display_name": "Alice Smith", "language": "en"},
    "confirm_second_factor": {"code": "123456"},
    "change_password": {"current_password": _PASSWORD, "new_password": "walrus-copper-87"},
    "confirm_email_verification": {"token": "from-the-link-in-the-mail-000000000000001"},
    "request_password_reset": {"email": "alice@example.com"},
    "confirm_password_reset": {
        "token": "from-the-link-in-the-mail-000000000000002",
        "new_password": "walrus-copper-87",
    },
    "create_api_key": {"name": "Warehouse", "scopes": ["sales:read", "fulfilment:write"]},
    "create_address": {
        "name": "Alice Smith", "line1": "12 Lake Road", "postal_code": "1205", "city": "Dhaka", "country": "BD",
    },
    "update_address": {"line1": "14 Lake Road", "is_default": True},
    "change_account": {"status": "suspended"},
    # catalogue
    "create_category": {"name": "Floor lamps", "parent_id": IDS["category"]},
    "update_category": {"name": "Table lamps", "position": 2},
    "create_product": {
        "name": "Brass lamp", "description": "A reading lamp of solid brass.", "sku": "LAMP-1", "price": 4900,
        "currency": "USD", "stock": 20, "category_id": IDS["category"], "attributes": {"colour": "brass"},
        "weight": 1800,
    },
    "create_variant": {
        "sku": "SHIRT-M-RED", "option_values": {"Size": "M", "Colour": "red"}, "price": 2900, "currency": "USD",
        "stock": 12,
    },
    "update_product": {"name": "Brass reading lamp", "attributes": {"colour": "brass", "switch": "dimmer"}},
    "set_price": {"price": 4500, "currency": "USD"},
    "adjust_stock": {"delta": 10, "reason": "A delivery from the workshop"},
    "import_products": "sku,name,description,price,currency,stock\nLAMP-2,Steel lamp,A desk lamp,3900,USD,15\n",
    "add_wishlist_item": {"product_id": IDS["product"]},
    "create_bundle": {
        "name": "Two lamps", "sku": "LAMP-SET", "items": [{"product_id": IDS["product"], "quantity": 2}], "price": 8900,
        "currency": "USD",
    },
    "update_bundle": {"name": "A pair of lamps", "items": [{"product_id": IDS["product"], "quantity": 2}]},
    "set_bundle_price": {"price": 8500, "currency": "USD"},
    # cart and orders
    "add_cart_item": _LINE,
    "update_cart_item": {"quantity": 2},
    "checkout_cart": {"item_ids": [IDS["cart_item"]], "shipping_address_id": IDS["address"], "currency": "USD"},
    "create_order": {"items": [{**_LINE, "quantity": 2}], "shipping_address_id": IDS["address"], "currency": "USD"},
    "create_guest": {},
    "modify_order": {"items": [{**_LINE, "quantity": 3}]},
    "set_shipping_address": {"address_id": IDS["address"]},
    "cancel_order": {"reason": "Ordered twice"},
    "cancel_any_order": {"reason": "The customer asked for it by telephone"},
    "update_any_order": {
        "note": "She called: the bell is broken.", "metadata": {"ticket": "4711"},
        "shipping_address": {"name": "Alice Smith", "line1": "7 Lake Road", "city": "Dhaka", "country": "BD"},
    },
    "hold_order": {"reason": "The address does not exist"},
    "release_order": {"reason": "The customer corrected the address"},
    "create_promotion": {"code": _CODE, "name": "Spring sale", "kind": "percentage", "basis_points": 1000},
    "update_promotion": {"name": "Spring sale, second week", "total_uses": 500},
    "validate_promotion": {"code": _CODE, "items": [_LINE], "currency": "USD"},
    "create_tax_rate": {"country": "DE", "name": "MwSt", "rate": 19, "included": True},
    "create_tax_exemption": {"category": "G", "text": "Export supply, free of tax.", "destination": "export"},
    "create_shipping_method": {
        "name": "Parcel", "rates": [{"country": "BD", "currency": "USD", "up_to": 5000, "price": 500}],
    },
    "update_shipping_method": {"name": "Parcel, insured"},
    # payments
    "begin_payment": {"provider": "mock"},
    "capture_payment": {"amount": 2500},
    "confirm_payment": {"reference": "Bank statement 41, line 7"},
    "create_refund": {"items": [_ITEM], "reason": "The lamp arrived broken", "restock": False},
    "settle_refund": {"method": "bank_transfer", "reference": "Transfer of 3 March"},
    "confirm_refund": {"reference": "Bank statement 42, line 3"},
    "update_provider": {"enabled": True, "capture_method": "automatic"},
    "run_reconciliation": {"since": "2026-03-01T00:00:00Z"},
    "explain_difference": {"reason": "A test payment of ours"},
    "begin_deposit": {**_MONEY, "provider": "mock"},
    "request_withdrawal": _MONEY,
    "lock_wallet": {"reason": "The account was stolen"},
    "request_payout": _MONEY,
    "set_bank_account": {"iban": "DE02120300000000202051", "holder": "Alice Smith"},
    "confirm_payout": {"provider_reference": "SEPA file 12, line 4"},
    "reject_payout": {"failure_code": "account_closed"},
    "set_limits": {
        "deposit_minimum": 100, "deposit_maximum": 100_000, "balance_maximum": 500_000, "withdrawal_minimum": 500,
        "credit_approval_above": 50_000,
    },
    "grant_credit": _CREDIT,
    "deduct_credit": {**_CREDIT, "amount": 500, "reason": "Granted twice"},
    "decide_credit_change": {"decision": "approve"},
    "issue_gift_card": _MONEY,
    "redeem_gift_card": {"code": "XXXX-XXXX-XXXX-XXXX"},
    # fulfilment
    "create_shipment": {"items": [_ITEM], "carrier": "mock", "tracking_number": "TRACK-1"},
    "update_shipment": {"status": "in_transit"},
    "create_return": {"items": [_ITEM], "reason": "Too dark"},
    "reject_return": {"reason": "The time for returns is over"},
    "receive_return": {"items": [{**_ITEM, "restock": True}]},
    # documents, settings, events
    "replace_seller": {
        "name": "Lamp & Co.", "line1": "3 Harbour Street", "postal_code": "20457", "city": "Hamburg", "country": "DE",
        "email": "office@shop.example",
    },
    "update_settings": {"order_time_to_live": "PT45M"},
    "update_reporting": {"reporting_currency": "USD", "low_stock": 5},
    "set_exchange_rate": {"rate": 1.09},
    "create_webhook_endpoint": {"url": "https://shop.example/hooks", "types": ["order.*"]},
    "update_webhook_endpoint": {"types": ["order.*", "payment.*"]},
}  # fmt: skip

# Parameters of paths and required ones of queries, where their name does not say of which kind they are.
PARAMETERS: dict[str, str | int] = {
    "country": "DE",
    "currency": "EUR",
    "provider": "mock",
    "q": "lamp",
    "from": "2026-01-01T00:00:00Z",
    "to": "2026-04-01T00:00:00Z",
    "quarter": "2026-Q1",
    "format": "csv",
    "item_id": IDS["cart_item"],
    "version": 2,
}
PARAMETERS_OF = {("delete_product_in_order", "item_id"): IDS["order_item"], ("set_limits", "currency"): "USD"}
