"""The model of the shop (shop.py), to which the state machine compares the real one."""

from .shop import Shop
from .things import Line, Order, Payment, Product, Promotion, Purse, Refund, Refusal, Tax, split

__all__ = ["Line", "Order", "Payment", "Product", "Promotion", "Purse", "Refund", "Refusal", "Shop", "Tax", "split"]
