"""The groups of operations in the OpenAPI document: a tag, what it is about, and where its paths are."""

from __future__ import annotations

# Of each tag its description, and the segments of a path that belong to it.
_TAGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "account": (
        "Sign up and log in; your own account with its sessions, second factor, addresses, wish list, store credit and "
        "bank account.",
        ("account", "sessions", "accounts", "guests", "password-resets"),
    ),
    "api-keys": ("Keys with scopes, with which programs call the API.", ("api-keys",)),
    "products": (
        "Products and their variants, prices and stock; import and export.",
        ("products",),
    ),
    "categories": ("The tree of categories.", ("categories",)),
    "bundles": ("Several products that are sold together at one price.", ("bundles",)),
    "cart": ("What a customer is about to order.", ("cart",)),
    "orders": ("Orders from their creation to their delivery, with all that happened to them.", ("orders",)),
    "shipments": ("Parcels and where they are.", ("shipments",)),
    "returns": ("Goods that come back.", ("returns",)),
    "invoices": (
        "Invoices, credit notes, the seller that they name, and tax reports.",
        ("invoice", "invoice.pdf", "invoice.xml", "credit-notes", "seller", "tax-report"),
    ),
    "payments": ("Payments of orders through gateways, and the gateways' settings.", ("payments", "payment-providers")),
    "refunds": ("Money that goes back to the customer.", ("refunds",)),
    "disputes": ("Payments that a customer disputes at the bank.", ("disputes",)),
    "reconciliation": ("Differences between the gateways' books and the shop's.", ("reconciliation",)),
    "wallet": ("Money that customers keep in the shop: deposits and withdrawals.", ("wallet", "wallets")),
    "credits": ("Store credit, which staff grant and deduct.", ("credits",)),
    "gift-cards": ("Gift cards, which become store credit.", ("gift-cards",)),
    "merchant": ("What a merchant sells and earns.", ("merchant", "sales", "balance", "transactions")),
    "payouts": ("Earnings on their way to the merchants' banks.", ("payouts",)),
    "promotions": ("Promotion codes and automatic discounts.", ("promotions",)),
    "taxes": ("Rates of tax, and what is exempt.", ("tax-rates", "tax-exemptions")),
    "shipping": ("Ways to ship with their prices; the countries of the world.", ("shipping-methods", "countries")),
    "accounts": ("Other people's accounts, for staff.", ()),
    "reports": (
        "Figures of the shop, and the exchange rates by which they add up.",
        ("dashboard", "analytics", "reporting", "exchange-rates"),
    ),
    "events": (
        "What happened, as a list, and by webhooks to addresses of your own.",
        ("events", "security-events", "webhook-endpoints"),
    ),
    "shop": ("What a storefront needs to know, settings, limits, search over everything, and checks of the books.",
             ("shop", "settings", "limits", "search", "invariants")),
}  # fmt: skip
_BY_SEGMENT = {segment: tag for tag, (_, segments) in _TAGS.items() for segment in segments}
# What these segments name has a tag of its own below an order or a payment too.
_NESTED = ("refunds", "payments", "shipments", "returns", "invoice", "invoice.pdf", "invoice.xml", "credit-notes")


def tag_of(path: str) -> str:
    """The tag of a path below /v1. Raises KeyError for one that has none."""
    segments = path[1:].split("/")
    if segments[:2] == ["admin", "accounts"]:
        return "accounts"
    if segments[0] in ("admin", "merchant"):
        del segments[0]
    nested = [segment for segment in segments if segment in _NESTED]
    return _BY_SEGMENT[nested[-1] if nested else segments[0]]


def describe_tags(used: set[str]) -> list[dict[str, str]]:
    """These tags with their descriptions."""
    return [{"name": name, "description": text} for name, (text, _) in _TAGS.items() if name in used]
