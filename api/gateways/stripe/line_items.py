"""What a Checkout Session sells: its currency's rules and its lines."""

from __future__ import annotations

from stripe.params.checkout import SessionCreateParamsLineItem

from api.gateways.protocol import Payment, Refused

# https://docs.stripe.com/currencies. All others have two decimals there: ISK and UGX too, which have none in ISO 4217.
ZERO_DECIMALS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
THREE_DECIMALS = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
LINES = 100  # that a session may have
NAME = 250  # characters of a product's name


def check_payable(payment: Payment) -> None:
    """Raises Refused for an amount that Stripe would read as another one, or cannot charge."""
    currency = payment.currency
    decimals = 0 if currency in ZERO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    if payment.minor_units != decimals or payment.amount % _step(currency):
        raise Refused("amount_not_payable")


def _step(currency: str) -> int:
    """The last of three decimals must be 0."""
    return 10 if currency in THREE_DECIMALS else 1


def line_items(payment: Payment) -> list[SessionCreateParamsLineItem]:
    """The order's lines where they add up to the amount; with discount, tax, shipping or a part payment, one line."""
    items = payment.items
    exact = (
        0 < len(items) <= LINES
        and all(item["unit_price"] * item["quantity"] == item["total"] for item in items)
        and all(item["unit_price"] % _step(payment.currency) == 0 for item in items)
        and sum(item["total"] for item in items) == payment.amount
    )
    if exact:
        return [_line(payment, item["name"], item["unit_price"], item["quantity"]) for item in items]
    name = "Wallet deposit" if payment.purpose == "deposit" else f"Order {payment.order_number}"
    return [_line(payment, name, payment.amount, 1)]


def _line(payment: Payment, name: str, unit_amount: int, quantity: int) -> SessionCreateParamsLineItem:
    short = name if len(name) <= NAME else name[: NAME - 1] + "…"
    return {
        "price_data": {
            "currency": payment.currency.lower(),
            "unit_amount": unit_amount,
            "product_data": {"name": short},
        },
        "quantity": quantity,
    }
