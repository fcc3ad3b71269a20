"""What test_nullability.py compares: the table of each component, and the fields that are not a column of it."""

from __future__ import annotations

TABLES = {
    # identity
    "account": "identity.accounts",
    "account_export": "identity.account_exports",
    "account_session": "identity.sessions",
    "address": "identity.addresses",
    "admin_account": "identity.accounts",
    "api_key": "identity.api_keys",
    "tax_id_check": "identity.tax_id_checks",
    # catalog
    "bundle": "catalog.products",
    "bundle_item": "catalog.products",
    "category": "catalog.categories",
    "country_entry": "catalog.countries",
    "import_line": "catalog.import_lines",
    "price_version": "catalog.prices",
    "product": "catalog.products",
    "product_import": "catalog.imports",
    "region": "catalog.regions",
    "stock_movement": "catalog.stock_movements",
    "wishlist_item": "catalog.wishlist_items",
    # fulfilment
    "order_return": "fulfilment.returns",
    "return_item": "fulfilment.return_items",
    "shipment": "fulfilment.shipments",
    "shipment_item": "fulfilment.shipment_items",
    # messaging
    "event": "messaging.events",
    "webhook_attempt": "messaging.webhook_attempts",
    "webhook_delivery": "messaging.webhook_deliveries",
    "webhook_endpoint": "messaging.webhook_endpoints",
    # audit, report
    "exchange_rate": "report.exchange_rates",
    "report_refresh": "report.refreshes",
    "reporting": "report.settings",
    "security_event": "audit.security_events",
}

# A field and the column that it shows under another name.
RENAMED = {
    "bundle_item.product_id": "id",
    "price_version.price": "amount",
    "security_event.ip_address": "client_address",
}

# Fields that differ from their column, and why.
DIFFERENT = {
    "account.language": "the shop's language, where the account has none",
    "account_export.expires_at": "shown once the file is there",
    "account_session.last_used_at": "when it began, before it is used again",
    "admin_account.language": "the shop's language, where the account has none",
}

# Fields that are not a column; a question mark: they can be null.
COMPUTED = {
    "account": "tax_id_status?",
    "account_session": "current",
    "address": "tax_id_status?",
    "admin_account": "tax_id_check?",
    "api_key": "key?",
    "bundle": "items price? currency? available",
    "bundle_item": "quantity available",
    "country_entry": "regions",
    "customer_amount": "currency orders gross refunded net",
    "customer_cohort": "month customers active",
    "customer_figures": "account_id handle? orders first_day last_day amounts converted?",
    "customer_report": (
        "as_of? from to interval reporting_currency new_customers returning_customers data lifetime best cohorts"
    ),
    "customer_step": "from to new_customers returning_customers orders",
    "dashboard": "as_of? reporting_currency periods orders_by_status work low_stock",
    "exchange_rate": "valid_from valid_until?",
    "facet": "id name? count",
    "invariant": "name ok detail",
    "invariants": "ok checks",
    "lifetime_value": "currency customers orders net average",
    "low_stock_product": "product_id merchant_id sku name on_hand reserved available",
    "order_return": "items currency refund_ids",
    "price_band": "min_price max_price count",
    "price_version": "valid_from valid_until?",
    "product": "price? currency? available",
    "product_amount": "currency revenue refunded",
    "product_facets": "total complete currency categories merchants prices",
    "product_figures": (
        "product_id merchant_id sku name units units_refunded refund_rate available amounts converted?"
    ),
    "product_import": "report",
    "product_report": "as_of? from to reporting_currency data sold_out",
    "recovery_codes": "recovery_codes",
    "report_refresh": "took_milliseconds",
    "reporting": "refresh_seconds refreshes",
    "return_item": "sku name",
    "revenue_report": "as_of? from to interval reporting_currency data total",
    "sales": "from to amounts converted? missing_rates",
    "sales_comparison": "name now before",
    "sales_figures": (
        "currency orders gross refunds net commission average_order? fees net_after_fees"
    ),
    "search_hit": "kind id label detail status? order_id? account_id",
    "second_factor": "enabled enabled_at? recovery_codes_left",
    "second_factor_secret": "secret uri",
    "security_event_detail": "code? operation? reason? name? from? to? fields",
    "session": "access_token? refresh_token? token_type expires_in account",
    "shipment": "items",
    "shipment_item": "sku name",
    "sold_out_product": "product_id merchant_id sku name units since?",
    "status_count": "status orders",
    "stock_level": "product_id on_hand reserved available",
    "webhook_delivery": "attempts next_attempt_at?",
    "webhook_endpoint": "secret?",
    "webhook_secret": "secret previous_expires_at",
    "wishlist_item": "product?",
    "work": (
        "open_payments authorized_payments pending_refunds failed_refunds open_disputes pending_payouts "
        "pending_credit_changes low_stock sold_out queued_jobs failing_jobs oldest_job_seconds"
    ),
}
