"""The whole HTTP surface below /v1: one line an endpoint. Method, path, function in schema api.

Everything else follows from the function's signature (see catalog.py). A `handler` is what a route needs that one
statement cannot do: a password to be hashed, a gateway to be called; it brings the `fields` of the body that the web
tier itself reads, or whose schema it replaces (a field that may be null may be left out).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from api.console import page as console
from api.handlers import checkout as payments
from api.handlers import gift_cards, pages
from api.handlers import invoice_pdf as download
from api.handlers import order_stream as stream
from api.handlers import passwords as identity
from api.handlers import product_csv as exchange
from api.handlers import webhook_targets as webhooks
from api.http.endpoint import Answer, Exchange, Handler, Store
from api.metrics import metrics
from api.postgres import cache


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    function: str
    status: int = 200
    handler: Handler | None = None


@dataclass(frozen=True)
class Page:
    """What is answered without a function of its own; below /v1 too unless it says otherwise."""

    method: str
    path: str
    handler: Callable[[Store, Exchange], Awaitable[Answer]]
    prefixes: tuple[str, ...] = ("", "/v1")

    def bound(self, store: Store) -> Callable[[Exchange], Awaitable[Answer]]:
        return partial(self.handler, store)


GET = partial(Route, "GET")
POST = partial(Route, "POST")
PUT = partial(Route, "PUT")
PATCH = partial(Route, "PATCH")
DELETE = partial(Route, "DELETE")

# Called by the web tier or the worker itself: they have no route.
INTERNAL = {
    "claim_idempotency_key",
    "store_idempotent_answer",
    "begin_session",
    "begin_gift_card_redemption",
    "get_password_salt",
    "get_schema_version",
    "open_import",
    "get_next_price_change",
    "open_order_stream",
}

# fmt: off
ROUTES: tuple[Route, ...] = (
    # identity
    POST  ("/accounts",                              "create_account", 201, identity.CREATE_ACCOUNT),
    POST  ("/sessions",                              "create_session", 201, identity.CREATE_SESSION),
    POST  ("/sessions/refresh",                      "refresh_session", 200, identity.REFRESH_SESSION),
    DELETE("/sessions/current",                      "delete_session", 204, identity.DELETE_SESSION),
    GET   ("/account",                               "get_account"),
    PATCH ("/account",                               "update_account"),
    DELETE("/account",                               "close_account", 204, identity.DELETE_SESSION),
    PUT   ("/account/password",                      "change_password", 204, identity.CHANGE_PASSWORD),
    POST  ("/account/email-verification",            "request_email_verification", 204),
    POST  ("/account/email-verification/confirm",    "confirm_email_verification"),
    POST  ("/password-resets",                       "request_password_reset", 204),
    POST  ("/password-resets/confirm",               "confirm_password_reset", 204, identity.CONFIRM_PASSWORD_RESET),
    GET   ("/account/addresses",                     "list_addresses"),
    POST  ("/account/addresses",                     "create_address", 201),
    PATCH ("/account/addresses/{address_id}",        "update_address"),
    DELETE("/account/addresses/{address_id}",        "delete_address"),
    GET   ("/admin/accounts",                        "list_accounts"),
    GET   ("/admin/accounts/{account_id}",           "get_any_account"),
    PATCH ("/admin/accounts/{account_id}",           "change_account"),

    # catalogue
    GET   ("/categories",                            "list_categories", 200, cache.CACHED),
    POST  ("/categories",                            "create_category", 201),
    PATCH ("/categories/{category_id}",              "update_category"),
    DELETE("/categories/{category_id}",              "delete_category"),
    GET   ("/products",                              "list_products", 200, cache.CACHED),
    GET   ("/products/facets",                       "get_product_facets", 200, cache.CACHED),
    POST  ("/products",                              "create_product", 201),
    GET   ("/products/{product_id}",                 "get_product", 200, cache.CACHED),
    PATCH ("/products/{product_id}",                 "update_product"),
    DELETE("/products/{product_id}",                 "delete_product"),
    GET   ("/products/{product_id}/prices",          "list_prices"),
    PUT   ("/products/{product_id}/price",           "set_price"),
    POST  ("/products/{product_id}/stock",           "adjust_stock"),
    GET   ("/products/{product_id}/stock/movements", "list_stock_movements"),
    GET   ("/merchant/products",                     "list_merchant_products"),
    GET   ("/merchant/sales",                        "list_merchant_sales"),
    POST  ("/products/import",                       "import_products", 201, exchange.IMPORT),
    GET   ("/products/imports",                      "list_imports"),
    GET   ("/products/imports/{import_id}",          "get_import"),
    GET   ("/products/imports/{import_id}/lines",    "list_import_lines"),
    GET   ("/products/export",                       "export_products", 200, exchange.EXPORT),
    GET   ("/account/wishlist",                      "list_wishlist_items"),
    POST  ("/account/wishlist",                      "add_wishlist_item", 201),
    DELETE("/account/wishlist/{product_id}",         "delete_wishlist_item", 204),

    GET   ("/bundles",                               "list_bundles"),
    POST  ("/bundles",                               "create_bundle", 201),
    GET   ("/bundles/{bundle_id}",                   "get_bundle"),
    PATCH ("/bundles/{bundle_id}",                   "update_bundle"),
    DELETE("/bundles/{bundle_id}",                   "delete_bundle"),
    PUT   ("/bundles/{bundle_id}/price",             "set_bundle_price"),

    # cart
    GET   ("/cart",                                  "get_cart"),
    DELETE("/cart",                                  "clear_cart"),
    POST  ("/cart/items",                            "add_cart_item", 201),
    PATCH ("/cart/items/{item_id}",                  "update_cart_item"),
    DELETE("/cart/items/{item_id}",                  "delete_cart_item"),
    POST  ("/cart/checkout",                         "checkout_cart", 201),

    # orders
    POST  ("/orders",                                "create_order", 201),
    GET   ("/orders",                                "list_orders"),
    GET   ("/orders/{order_id}",                     "get_order"),
    PATCH ("/orders/{order_id}",                     "modify_order"),
    DELETE("/orders/{order_id}/items/{item_id}",     "delete_product_in_order"),
    PUT   ("/orders/{order_id}/shipping-address",    "set_shipping_address"),
    POST  ("/orders/{order_id}/cancel",              "cancel_order"),
    GET   ("/orders/{order_id}/events",              "list_order_events"),
    GET   ("/admin/orders",                          "list_all_orders"),
    GET   ("/admin/orders/{order_id}",               "get_any_order"),
    POST  ("/admin/orders/{order_id}/ship",          "ship_order"),
    POST  ("/admin/orders/{order_id}/deliver",       "deliver_order"),
    POST  ("/admin/orders/{order_id}/cancel",        "cancel_any_order"),

    # promotions, tax, shipping
    POST  ("/promotions",                            "create_promotion", 201),
    GET   ("/promotions",                            "list_promotions"),
    GET   ("/promotions/{promotion_id}",             "get_promotion"),
    PATCH ("/promotions/{promotion_id}",             "update_promotion"),
    POST  ("/promotions/{promotion_id}/disable",     "disable_promotion"),
    POST  ("/promotions/validate",                   "validate_promotion"),
    GET   ("/admin/tax-rates",                       "list_tax_rates"),
    POST  ("/admin/tax-rates",                       "create_tax_rate", 201),
    DELETE("/admin/tax-rates/{tax_rate_id}",         "end_tax_rate"),
    GET   ("/shipping-methods",                      "list_shipping_methods"),
    GET   ("/admin/shipping-methods",                "list_all_shipping_methods"),
    POST  ("/admin/shipping-methods",                "create_shipping_method", 201),
    PATCH ("/admin/shipping-methods/{shipping_method_id}", "update_shipping_method"),

    # payments
    POST  ("/orders/{order_id}/payments",            "begin_payment", 201, payments.BEGIN_PAYMENT),
    GET   ("/orders/{order_id}/payments",            "list_payments"),
    GET   ("/payments/{payment_id}",                 "get_payment"),
    POST  ("/payments/{payment_id}/cancel",          "cancel_payment"),
    POST  ("/payments/{payment_id}/capture",         "capture_payment", 200, payments.CAPTURE_PAYMENT),
    POST  ("/payments/{payment_id}/void",            "void_payment"),
    POST  ("/payments/{payment_id}/confirm",         "confirm_payment"),
    POST  ("/payments/{payment_id}/refunds",         "create_refund", 201),
    GET   ("/payments/{payment_id}/refunds",         "list_refunds"),
    GET   ("/refunds/{refund_id}",                   "get_refund"),
    POST  ("/refunds/{refund_id}/retry",             "retry_refund", 201),
    POST  ("/refunds/{refund_id}/confirm",           "confirm_refund"),
    GET   ("/admin/payment-providers",               "list_providers"),
    PATCH ("/admin/payment-providers/{provider}",    "update_provider"),
    GET   ("/admin/refunds",                         "list_all_refunds"),
    GET   ("/admin/disputes",                        "list_disputes"),

    # wallet, credit, ledger
    GET   ("/wallet",                                "get_wallet"),
    GET   ("/wallet/transactions",                   "list_wallet_transactions"),
    POST  ("/wallet/withdrawals",                    "request_withdrawal", 201),
    GET   ("/wallet/withdrawals",                    "list_withdrawals"),
    GET   ("/admin/wallets/{account_id}",            "get_customer_wallet"),
    GET   ("/admin/wallets/{account_id}/transactions", "list_customer_wallet_transactions"),
    POST  ("/admin/wallets/{account_id}/lock",       "lock_wallet"),
    POST  ("/admin/wallets/{account_id}/unlock",     "unlock_wallet"),
    GET   ("/merchant/balance",                      "get_merchant_balance"),
    GET   ("/merchant/transactions",                 "list_merchant_transactions"),
    POST  ("/merchant/payouts",                      "request_payout", 201),
    GET   ("/merchant/payouts",                      "list_payouts"),
    GET   ("/payouts/{payout_id}",                   "get_payout"),
    GET   ("/admin/payouts",                         "list_all_payouts"),
    POST  ("/admin/payouts/{payout_id}/complete",    "confirm_payout"),
    POST  ("/admin/payouts/{payout_id}/fail",        "reject_payout"),
    GET   ("/admin/limits",                          "list_limits"),
    PUT   ("/admin/limits/{currency}",               "set_limits"),
    GET   ("/account/credit",                        "get_own_credit"),
    GET   ("/account/credit/transactions",           "list_own_credit_transactions"),
    POST  ("/credits/grants",                        "grant_credit", 201),
    POST  ("/credits/deductions",                    "deduct_credit", 201),
    GET   ("/credits/approvals",                     "list_credit_changes"),
    GET   ("/credits/approvals/{change_id}",         "get_credit_change"),
    POST  ("/credits/approvals/{change_id}",         "decide_credit_change"),
    GET   ("/credits/{account_id}",                  "get_credit"),
    GET   ("/credits/{account_id}/transactions",     "list_credit_transactions"),
    POST  ("/gift-cards",                            "issue_gift_card", 201),
    GET   ("/gift-cards",                            "list_gift_cards"),
    POST  ("/gift-cards/redeem",                     "redeem_gift_card", 200, gift_cards.REDEEM_GIFT_CARD),
    POST  ("/wallet/deposits",                       "begin_deposit", 201, payments.BEGIN_PAYMENT),

    # shipments, returns
    POST  ("/admin/orders/{order_id}/shipments",     "create_shipment", 201),
    GET   ("/orders/{order_id}/shipments",           "list_shipments"),
    GET   ("/shipments/{shipment_id}",               "get_shipment"),
    PATCH ("/shipments/{shipment_id}",               "update_shipment"),
    POST  ("/orders/{order_id}/returns",             "create_return", 201),
    GET   ("/orders/{order_id}/returns",             "list_returns"),
    GET   ("/returns/{return_id}",                   "get_return"),
    GET   ("/admin/returns",                         "list_all_returns"),
    POST  ("/returns/{return_id}/approve",           "approve_return"),
    POST  ("/returns/{return_id}/reject",            "reject_return"),
    POST  ("/returns/{return_id}/receive",           "receive_return"),

    # invoices
    GET   ("/orders/{order_id}/invoice",             "get_invoice"),
    GET   ("/orders/{order_id}/invoice.pdf",         "get_invoice_pdf", 200, download.DOWNLOAD),
    GET   ("/orders/{order_id}/credit-notes",        "list_credit_notes"),
    GET   ("/credit-notes/{credit_note_id}",         "get_credit_note"),
    GET   ("/credit-notes/{credit_note_id}/pdf",     "get_credit_note_pdf", 200, download.DOWNLOAD),
    GET   ("/admin/seller",                          "get_seller"),
    PUT   ("/admin/seller",                          "replace_seller"),

    # administration
    GET   ("/admin/dashboard",                       "get_dashboard"),
    GET   ("/admin/analytics/revenue",               "analyse_revenue"),
    GET   ("/admin/analytics/products",              "analyse_products"),
    GET   ("/admin/analytics/customers",             "analyse_customers"),
    GET   ("/admin/reporting",                       "get_reporting"),
    PATCH ("/admin/reporting",                       "update_reporting"),
    GET   ("/admin/exchange-rates",                  "list_exchange_rates"),
    PUT   ("/admin/exchange-rates/{currency}",       "set_exchange_rate"),
    GET   ("/admin/search",                          "search_shop"),
    GET   ("/admin/orders/{order_id}/events",        "list_any_order_events"),

    # events
    GET   ("/events",                                "list_events"),
    GET   ("/orders/{order_id}/stream",              "stream_order", 200, stream.STREAM),
    POST  ("/webhook-endpoints",                     "create_webhook_endpoint", 201, webhooks.CHECK_TARGET),
    GET   ("/webhook-endpoints",                     "list_webhook_endpoints"),
    GET   ("/webhook-endpoints/{endpoint_id}",       "get_webhook_endpoint"),
    PATCH ("/webhook-endpoints/{endpoint_id}",       "update_webhook_endpoint", 200, webhooks.CHECK_TARGET),
    DELETE("/webhook-endpoints/{endpoint_id}",       "delete_webhook_endpoint", 204),
    POST  ("/webhook-endpoints/{endpoint_id}/rotate-secret", "rotate_webhook_secret"),
    GET   ("/webhook-endpoints/{endpoint_id}/deliveries", "list_webhook_deliveries"),
    POST  ("/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/redeliver", "redeliver_webhook"),

    # operations
    GET   ("/invariants",                            "check_invariants"),
)

PAGES: tuple[Page, ...] = (
    Page("GET", "/health/live",      pages.live),
    Page("GET", "/health/ready",     pages.ready),
    Page("GET", "/metrics",          metrics.measurements),
    Page("GET", "/openapi.json",     pages.contract),
    Page("GET", "/docs",             pages.documentation),
    Page("GET", "/docs/errors",      pages.error_index),
    Page("GET", "/console",          console.show, ("",)),
    Page("GET", "/checkout/success", pages.checkout_success, ("/v1",)),
    Page("GET", "/checkout/cancel",  pages.checkout_cancel, ("/v1",)),
    Page("POST", "/webhooks/{provider}",   payments.receive_webhook, ("/v1",)),
    Page("GET",  "/verify-email",          identity.show_email_link, ("",)),
    Page("POST", "/verify-email",          identity.confirm_email_link, ("",)),
    Page("GET",  "/reset-password",        identity.show_reset_link, ("",)),
    Page("POST", "/reset-password",        identity.confirm_reset_link, ("",)),
    Page("GET",  "/mock/checkout/{token}", payments.show_checkout, ("",)),
    Page("POST", "/mock/checkout/{token}", payments.decide_checkout, ("",)),
)
# fmt: on
