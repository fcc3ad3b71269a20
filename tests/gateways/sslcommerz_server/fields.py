"""What a request may have: its fields, and how long they may be."""

from __future__ import annotations

# Field: longest. What the documentation calls mandatory for a hosted page without shipping.
SESSION_FIELDS = {
    "store_id": 30, "store_passwd": 30, "total_amount": 11, "currency": 3, "tran_id": 30, "success_url": 255,
    "fail_url": 255, "cancel_url": 255, "cus_name": 50, "cus_email": 50, "cus_add1": 50, "cus_city": 50,
    "cus_postcode": 30, "cus_country": 50, "cus_phone": 20, "shipping_method": 50, "num_of_item": 1,
    "product_name": 255, "product_category": 50, "product_profile": 100,
}  # fmt: skip
SESSION_OPTIONS = {"ipn_url": 255, "value_a": 255, "value_b": 255, "value_c": 255, "value_d": 255}
QUERY_FIELDS = {
    "validation": {"val_id": 50},
    "query": {"tran_id": 50},
    "refund": {
        "bank_tran_id": 80, "refund_trans_id": 30, "refund_amount": 11, "refund_remarks": 255, "refe_id": 50,
    },
    "refund_query": {"refund_ref_id": 50},
}  # fmt: skip
COMMON = {"store_id", "store_passwd", "v", "format"}
DECIMAL = r"\d{1,8}\.\d{2}"


class Wrong(Exception):
    """What the request is refused with."""
