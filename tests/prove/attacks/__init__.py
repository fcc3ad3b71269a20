"""What has been done to other shops, done to this one (arena.py says how), by subject."""

from . import carts, gateways, money, stock, sums, vouchers
from .arena import ATTACKS, Arena, Attack, Cut

__all__ = ["ATTACKS", "Arena", "Attack", "Cut", "carts", "gateways", "money", "stock", "sums", "vouchers"]
