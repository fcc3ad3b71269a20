-- The price versions of a product, newest first; with as_of those in force at that time. Plans are for its merchant and
-- staff.
-- Errors: those of list_price_versions().
CREATE FUNCTION api.list_prices(
    product_id uuid, as_of timestamptz DEFAULT NULL, currency api.currency DEFAULT NULL,
    "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.price_page
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN catalog.list_price_versions(
    list_prices.product_id, false, list_prices.as_of, list_prices.currency, list_prices."limit", list_prices.cursor
);

COMMENT ON FUNCTION api.list_prices IS
'The price history of a product

Newest first; with `as_of` those in force at that time. Planned prices are shown to its merchant and to staff only.';

GRANT EXECUTE ON FUNCTION api.list_prices TO app_anonymous;
