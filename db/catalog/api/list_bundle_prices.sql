-- The price versions of a bundle, newest first; with as_of those in force at that time. Plans are for its merchant and
-- staff.
-- Errors: those of list_price_versions().
CREATE FUNCTION api.list_bundle_prices(
    bundle_id uuid, as_of timestamptz DEFAULT NULL, currency api.currency DEFAULT NULL,
    "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.price_page
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN catalog.list_price_versions(
    list_bundle_prices.bundle_id, true, list_bundle_prices.as_of, list_bundle_prices.currency,
    list_bundle_prices."limit", list_bundle_prices.cursor
);

COMMENT ON FUNCTION api.list_bundle_prices IS
'The price history of a bundle

Newest first; with `as_of` those in force at that time. Planned prices are shown to its merchant and to staff only.';

GRANT EXECUTE ON FUNCTION api.list_bundle_prices TO app_anonymous;
