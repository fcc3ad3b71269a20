"""The whole HTTP surface: one line an endpoint.

A line has method, path below /v1, function in schema api, and the status of the response unless that is 200. Everything
else follows from the function's signature (api/contract). A line ends with a class where one statement is not enough: a
password must be hashed, a gateway called.
"""

from __future__ import annotations

from functools import partial

from starlette.routing import BaseRoute, Route

from api.console.pages import console_routes
from api.docs.pages import docs_routes
from api.handlers import checkout, checkout_return, mail_links, mock_checkout, pages
from api.handlers.account_export import ExportAccount
from api.handlers.cached import Cached, ShowShop
from api.handlers.checkout import BeginPayment, CapturePayment
from api.handlers.event_types import EventTypes
from api.handlers.gift_cards import RedeemGiftCard
from api.handlers.invoice_pdf import InvoicePdf, InvoiceXml
from api.handlers.order_stream import OrderStream
from api.handlers.payout_files import ExportPayouts
from api.handlers.product_csv import ExportProducts, ImportProducts
from api.handlers.sessions import (
    ChangePassword,
    ConfirmPasswordReset,
    ConfirmSession,
    CreateAccount,
    CreateGuest,
    CreateSession,
    EndSession,
    RefreshSession,
)
from api.handlers.tax_files import TaxReport
from api.handlers.webhook_targets import CheckTarget
from api.http.endpoint import ApiRoute
from api.http.router import PageRoute
from api.metrics.page import show_metrics

GET = partial(ApiRoute, "GET")
POST = partial(ApiRoute, "POST")
PUT = partial(ApiRoute, "PUT")
PATCH = partial(ApiRoute, "PATCH")
DELETE = partial(ApiRoute, "DELETE")

# Called by the web tier itself: they have no route.
INTERNAL = frozenset(
    {
        "claim_idempotency_key",
        "store_idempotent_answer",
        "begin_session",
        "begin_code",
        "begin_gift_card_redemption",
        "begin_password_reset",
        "begin_payout_export",
        "begin_product_export",
        "check_caller",
        "check_importer",
        "get_password_salt",
        "get_password_words",
        "get_schema_version",
        "open_import",
        "get_next_price_change",
        "open_order_stream",
        "get_linked_order",
        "get_account_export_part",
        "list_currencies",
        "list_key_scopes",
        "list_provider_names",
    }
)

# fmt: off
ROUTES: tuple[ApiRoute, ...] = (
    # identity
    POST  ("/accounts",                              "create_account", 201, CreateAccount),
    POST  ("/sessions",                              "create_session", 201, CreateSession),
    POST  ("/guests",                                "create_guest", 201, CreateGuest),
    POST  ("/sessions/refresh",                      "refresh_session", 200, RefreshSession),
    POST  ("/sessions/current/confirm",              "confirm_session", 204, ConfirmSession),
    DELETE("/sessions/current",                      "delete_session", 204, EndSession),
    GET   ("/account/sessions",                      "list_sessions"),
    DELETE("/account/sessions/{session_id}",         "end_session"),
    DELETE("/account/sessions",                      "end_other_sessions"),
    GET   ("/account",                               "get_account"),
    PATCH ("/account",                               "update_account"),
    DELETE("/account",                               "close_account", 204, EndSession),
    POST  ("/account/export",                        "export_account", 202),
    GET   ("/account/export",                        "get_account_export", 200, ExportAccount),
    GET   ("/account/second-factor",                 "get_second_factor"),
    POST  ("/account/second-factor",                 "begin_second_factor", 201),
    DELETE("/account/second-factor",                 "disable_second_factor", 204),
    POST  ("/account/second-factor/confirm",         "confirm_second_factor"),
    POST  ("/account/second-factor/recovery-codes",  "renew_recovery_codes", 201),
    PUT   ("/account/password",                      "change_password", 204, ChangePassword),
    POST  ("/account/email-verification",            "request_email_verification", 204),
    POST  ("/account/email-verification/confirm",    "confirm_email_verification"),
    POST  ("/password-resets",                       "request_password_reset", 204),
    POST  ("/password-resets/confirm",               "confirm_password_reset", 204, ConfirmPasswordReset),
    POST  ("/api-keys",                              "create_api_key", 201),
    GET   ("/api-keys",                              "list_api_keys"),
    DELETE("/api-keys/{key_id}",                     "revoke_api_key", 204),
    POST  ("/account/orders/claim",                  "claim_orders"),
    GET   ("/account/addresses",                     "list_addresses"),
    POST  ("/account/addresses",                     "create_address", 201),
    PATCH ("/account/addresses/{address_id}",        "update_address"),
    DELETE("/account/addresses/{address_id}",        "delete_address"),
    GET   ("/admin/accounts",                        "list_accounts"),
    GET   ("/admin/accounts/{account_id}",           "get_any_account"),
    PATCH ("/admin/accounts/{account_id}",           "change_account"),
    DELETE("/admin/accounts/{account_id}/second-factor", "reset_second_factor", 204),
    POST  ("/admin/accounts/{account_id}/merchant-approval", "approve_merchant"),

    # catalogue
    GET   ("/categories",                            "list_categories", 200, Cached),
    POST  ("/categories",                            "create_category", 201),
    PATCH ("/categories/{category_id}",              "update_category"),
    DELETE("/categories/{category_id}",              "delete_category"),
    GET   ("/shop",                                  "get_shop", 200, ShowShop),
    GET   ("/countries",                             "list_countries", 200, Cached),
    GET   ("/countries/{country}/regions",           "list_regions", 200, Cached),
    GET   ("/products",                              "list_products", 200, Cached),
    GET   ("/products/facets",                       "get_product_facets", 200, Cached),
    POST  ("/products",                              "create_product", 201),
    POST  ("/products/{product_id}/variants",        "create_variant", 201),
    GET   ("/products/{product_id}",                 "get_product", 200, Cached),
    PATCH ("/products/{product_id}",                 "update_product"),
    DELETE("/products/{product_id}",                 "delete_product"),
    GET   ("/products/{product_id}/prices",          "list_prices"),
    DELETE("/products/{product_id}/prices/{version}", "delete_price"),
    PUT   ("/products/{product_id}/price",           "set_price"),
    POST  ("/products/{product_id}/stock",           "adjust_stock"),
    GET   ("/products/{product_id}/stock/movements", "list_stock_movements"),
    GET   ("/merchant/products",                     "list_merchant_products"),
    GET   ("/merchant/sales",                        "list_merchant_sales"),
    POST  ("/products/import",                       "import_products", 201, ImportProducts),
    GET   ("/products/imports",                      "list_imports"),
    GET   ("/products/imports/{import_id}",          "get_import"),
    GET   ("/products/imports/{import_id}/lines",    "list_import_lines"),
    GET   ("/products/export",                       "export_products", 200, ExportProducts),
    GET   ("/account/wishlist",                      "list_wishlist_items"),
    POST  ("/account/wishlist",                      "add_wishlist_item", 201),
    DELETE("/account/wishlist/{product_id}",         "delete_wishlist_item", 204),

    GET   ("/bundles",                               "list_bundles"),
    POST  ("/bundles",                               "create_bundle", 201),
    GET   ("/bundles/{bundle_id}",                   "get_bundle"),
    PATCH ("/bundles/{bundle_id}",                   "update_bundle"),
    DELETE("/bundles/{bundle_id}",                   "delete_bundle"),
    GET   ("/bundles/{bundle_id}/prices",            "list_bundle_prices"),
    DELETE("/bundles/{bundle_id}/prices/{version}",  "delete_bundle_price"),
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
    PATCH ("/admin/orders/{order_id}",               "update_any_order"),
    GET   ("/admin/orders/{order_id}/notes",         "list_order_notes"),
    POST  ("/admin/orders/{order_id}/ship",          "ship_order"),
    POST  ("/admin/orders/{order_id}/deliver",       "deliver_order"),
    POST  ("/admin/orders/{order_id}/cancel",        "cancel_any_order"),
    POST  ("/admin/orders/{order_id}/hold",          "hold_order"),
    POST  ("/admin/orders/{order_id}/release",       "release_order"),

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
    GET   ("/admin/tax-exemptions",                  "list_tax_exemptions"),
    POST  ("/admin/tax-exemptions",                  "create_tax_exemption", 201),
    DELETE("/admin/tax-exemptions/{exemption_id}",   "end_tax_exemption"),
    GET   ("/shipping-methods",                      "list_shipping_methods"),
    GET   ("/admin/shipping-methods",                "list_all_shipping_methods"),
    POST  ("/admin/shipping-methods",                "create_shipping_method", 201),
    PATCH ("/admin/shipping-methods/{shipping_method_id}", "update_shipping_method"),

    # payments
    POST  ("/orders/{order_id}/payments",            "begin_payment", 201, BeginPayment),
    GET   ("/orders/{order_id}/payments",            "list_payments"),
    GET   ("/payments/{payment_id}",                 "get_payment"),
    POST  ("/payments/{payment_id}/cancel",          "cancel_payment"),
    POST  ("/payments/{payment_id}/capture",         "capture_payment", 200, CapturePayment),
    POST  ("/payments/{payment_id}/void",            "void_payment"),
    POST  ("/payments/{payment_id}/confirm",         "confirm_payment"),
    POST  ("/payments/{payment_id}/refunds",         "create_refund", 201),
    GET   ("/payments/{payment_id}/refunds",         "list_refunds"),
    GET   ("/refunds/{refund_id}",                   "get_refund"),
    POST  ("/refunds/{refund_id}/retry",             "retry_refund", 201),
    POST  ("/refunds/{refund_id}/settle",            "settle_refund", 200),
    POST  ("/refunds/{refund_id}/confirm",           "confirm_refund"),
    GET   ("/admin/payment-providers",               "list_providers"),
    GET   ("/admin/payment-providers/{provider}",    "get_provider"),
    PATCH ("/admin/payment-providers/{provider}",    "update_provider"),
    GET   ("/admin/payments",                        "list_all_payments"),
    GET   ("/admin/refunds",                         "list_all_refunds"),
    GET   ("/admin/disputes",                        "list_disputes"),
    GET   ("/admin/reconciliation",                  "list_differences"),
    POST  ("/admin/reconciliation/run",              "run_reconciliation", 202),
    POST  ("/admin/reconciliation/{difference_id}/explain", "explain_difference"),

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
    GET   ("/account/bank-account",                  "get_bank_account"),
    PUT   ("/account/bank-account",                  "set_bank_account"),
    GET   ("/admin/payouts",                         "list_all_payouts"),
    GET   ("/admin/payouts/export",                  "export_payouts", 200, ExportPayouts),
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
    POST  ("/gift-cards/redeem",                     "redeem_gift_card", 200, RedeemGiftCard),
    POST  ("/wallet/deposits",                       "begin_deposit", 201, BeginPayment),

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
    GET   ("/orders/{order_id}/invoice.pdf",         "get_invoice_pdf", 200, InvoicePdf),
    GET   ("/orders/{order_id}/invoice.xml",         "get_invoice_xml", 200, InvoiceXml),
    GET   ("/orders/{order_id}/credit-notes",        "list_credit_notes"),
    GET   ("/credit-notes/{credit_note_id}",         "get_credit_note"),
    GET   ("/credit-notes/{credit_note_id}/pdf",     "get_credit_note_pdf", 200, InvoicePdf),
    GET   ("/credit-notes/{credit_note_id}/xml",     "get_credit_note_xml", 200, InvoiceXml),
    GET   ("/admin/seller",                          "get_seller"),
    PUT   ("/admin/seller",                          "replace_seller"),
    GET   ("/admin/tax-report",                      "report_taxes", 200, TaxReport),
    GET   ("/admin/tax-report/oss",                  "report_oss_taxes"),

    # administration
    GET   ("/admin/settings",                        "get_settings"),
    PATCH ("/admin/settings",                        "update_settings"),
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
    GET   ("/events/types",                          "list_event_types", 200, EventTypes),
    GET   ("/admin/security-events",                 "list_security_events"),
    GET   ("/orders/{order_id}/stream",              "stream_order", 200, OrderStream),
    POST  ("/webhook-endpoints",                     "create_webhook_endpoint", 201, CheckTarget),
    GET   ("/webhook-endpoints",                     "list_webhook_endpoints"),
    GET   ("/webhook-endpoints/{endpoint_id}",       "get_webhook_endpoint"),
    PATCH ("/webhook-endpoints/{endpoint_id}",       "update_webhook_endpoint", 200, CheckTarget),
    DELETE("/webhook-endpoints/{endpoint_id}",       "delete_webhook_endpoint", 204),
    POST  ("/webhook-endpoints/{endpoint_id}/rotate-secret", "rotate_webhook_secret"),
    POST  ("/webhook-endpoints/{endpoint_id}/test",  "test_webhook_endpoint", 201),
    GET   ("/webhook-endpoints/{endpoint_id}/deliveries", "list_webhook_deliveries"),
    POST  ("/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/redeliver", "redeliver_webhook"),

    # operations
    GET   ("/invariants",                            "check_invariants"),
)

# fmt: on


def api_routes() -> list[Route]:
    """The endpoints of one application, still without their functions."""
    return [route.build() for route in ROUTES]


def page_routes() -> list[BaseRoute]:
    """What is served without a function of its own. Health and the documents are below /v1 too."""
    both = [
        ("/health/live", pages.live),
        ("/health/ready", pages.ready),
        ("/metrics", show_metrics),
        ("/openapi.json", pages.openapi),
    ]
    return [
        *(Route(prefix + path, handler) for path, handler in both for prefix in ("", "/v1")),
        Route("/", pages.home),
        PageRoute("/v1/checkout/success", checkout_return.show_success, methods=["GET", "POST"]),
        PageRoute("/v1/checkout/cancel", checkout_return.show_cancel, methods=["GET", "POST"]),
        Route("/v1/webhooks/{provider}", checkout.receive_webhook, methods=["POST"]),
        PageRoute("/verify-email", mail_links.show_email_link),
        PageRoute("/verify-email", mail_links.confirm_email_link, methods=["POST"]),
        PageRoute("/reset-password", mail_links.show_reset_link),
        PageRoute("/reset-password", mail_links.confirm_reset_link, methods=["POST"]),
        PageRoute("/order", mail_links.show_order),
        PageRoute("/mock/checkout/{token}", mock_checkout.show_checkout),
        PageRoute("/mock/checkout/{token}", mock_checkout.decide_checkout, methods=["POST"]),
        PageRoute("/docs/errors", pages.errors),
        *docs_routes(),
        *console_routes(),
    ]
