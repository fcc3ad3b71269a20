"""What the model is made of: products, orders, payments, refunds, purses, and the refusal of an operation."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

SHIPPING = {"USD": (599, 20_000), "EUR": (499, None)}  # price, free from
LADDER = {
    "open": {"processing", "completed", "cancelled", "expired", "failed"},
    "cancelled": {"processing", "expired", "failed", "completed"},
    "expired": {"processing", "failed", "completed"},
    "processing": {"failed", "completed"},
    "failed": {"completed"},
    "completed": set[str](),
}
# In the order of a dispute's life: of two reports of one moment the later one counts.
DISPUTES = ("warning_needs_response", "warning_under_review", "warning_closed", "needs_response", "under_review",
            "prevented", "lost", "won")  # fmt: skip
INQUIRIES = ("warning_needs_response", "warning_under_review")
ENDED = ("won", "lost", "prevented", "warning_closed")


class Refusal(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


@dataclass
class Product:
    """A bundle is a product with parts and no stock of its own."""

    id: str
    prices: dict[str, int]
    on_hand: int = 0
    reserved: int = 0
    parts: dict[str, int] = field(default_factory=dict)


@dataclass
class Promotion:
    code: str
    basis_points: int = 0
    amount: int = 0
    currency: str | None = None
    minimum: int = 0
    cap: int | None = None
    total_uses: int | None = None
    uses_per_account: int | None = None
    stackable: bool = False
    uses: int = 0


@dataclass
class Tax:
    rate: Fraction
    included: bool


@dataclass
class Line:
    id: str
    product: str
    quantity: int
    unit_price: int
    discount: int = 0
    tax: int = 0
    total: int = 0
    refunded: int = 0  # of its total
    pieces_refunded: int = 0
    withdrawn: int = 0  # back in stock without having left
    shipped: int = 0
    returning: int = 0
    came_back: int = 0
    restocked: int = 0


@dataclass
class Order:
    id: str
    buyer: int
    currency: str
    country: str | None
    by_parcel: bool
    codes: list[str]
    lines: list[Line] = field(default_factory=list)
    status: str = "pending"
    reason: str | None = None
    released: bool = False
    shipping: int = 0
    shipping_tax: int = 0
    shipping_cost: int = 0  # with the tax that is added to it
    shipping_refunded: int = 0
    paid: int = 0
    refunded: int = 0
    was_paid: bool = False

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines) + self.shipping_cost

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines) + self.shipping_tax

    @property
    def due(self) -> int:
        return self.total - self.paid


@dataclass
class Payment:
    id: str
    buyer: int
    order: str | None
    provider: str
    amount: int
    currency: str
    status: str = "open"
    captured: int = 0
    refunded: int = 0
    applied: int = 0
    gone: int = 0  # was applied, has gone since, and was not applied again
    fee: int = 0  # what the gateway has kept of it, as booked


@dataclass
class Dispute:
    case: str
    payment: str
    amount: int
    status: str
    at: float  # when it became so, in seconds
    moved: dict[str, tuple[int, int]] = field(default_factory=dict)  # by the gateway, once each: amount, fee
    charged: set[str] = field(default_factory=set)  # the movements whose fee is booked
    held: int = 0  # of the wallet that a deposit filled
    loss: int = 0
    refund: str | None = None

    @property
    def withdrawn(self) -> int:
        return max(0, -sum(amount for amount, _ in self.moved.values()))


@dataclass
class Refund:
    id: str
    payment: str
    amount: int
    from_order: int
    items: list[tuple[str | None, int, int]]  # line (None: the shipping), pieces, amount
    status: str = "pending"
    went: bool = False
    retry_of: str | None = None
    owed: bool = False  # it came back: the order has given it, the shop still has it
    settled: bool = False  # in another way than through the payment
    reference: str | None = None  # the gateway's
    reversed: bool = False  # the dispute that took it was won back: it is owed to nobody

    @property
    def counts(self) -> bool:
        return self.status != "failed" or self.owed


@dataclass
class Purse:
    balance: int = 0
    held: int = 0

    def take(self, amount: int) -> None:
        if self.balance - self.held < amount:
            raise Refusal(409, "insufficient_funds")
        self.balance -= amount


def split(amount: int, weights: list[int]) -> list[int]:
    """An amount over weights, exact: each part is the difference of two running shares."""
    whole, reached, given, parts = sum(weights), 0, 0, []
    for weight in weights:
        reached += weight
        upto = amount * reached // whole if whole else 0
        parts.append(upto - given)
        given = upto
    return parts


def rounded(exact: Fraction) -> int:
    """Half away from zero; amounts are not negative."""
    return int(exact + Fraction(1, 2))


def with_tax(amount: int, tax: Tax | None) -> tuple[int, int]:
    """The tax of an amount, and what the amount costs with it."""
    if tax is None:
        return 0, amount
    if tax.included:
        return rounded(amount * tax.rate / (100 + tax.rate)), amount
    on_top = rounded(amount * tax.rate / 100)
    return on_top, amount + on_top
