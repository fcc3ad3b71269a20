"""The model of the shop (shop.py), to which the state machine compares the real one."""

from .shop import Shop
from .things import Dispute, Line, Order, Payment, Product, Promotion, Purse, Refund, Refusal, Tax, split

__all__ = [
    "Dispute", "Line", "Order", "Payment", "Product", "Promotion", "Purse", "Refund", "Refusal", "Shop", "Tax", "split",
]  # fmt: skip
