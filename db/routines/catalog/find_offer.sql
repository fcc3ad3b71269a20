-- What a product sells for now in a currency: its merchant, SKU, name, price and price version.
-- Called by: place_order, change_lines, add_cart_item.
-- Errors:    product_not_found 404, currency_unknown 422, product_not_sold_in_currency 422.
-- One query, in one descent of prices_in_force: versions do not overlap, so the one in force is the last that began.
CREATE OR REPLACE FUNCTION catalog.find_offer(
    product_id uuid, currency text, OUT merchant_id uuid, OUT sku text, OUT name text, OUT amount bigint, OUT version bigint
)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT p.merchant_id, p.sku, p.name, q.amount, q.version
    INTO find_offer.merchant_id, find_offer.sku, find_offer.name, find_offer.amount, find_offer.version
    FROM catalog.products AS p
    LEFT JOIN LATERAL (
        SELECT r.amount, r.version, r.valid FROM catalog.prices AS r
        WHERE r.product_id = p.id AND r.currency = find_offer.currency::char(3) AND lower(r.valid) <= now()
        ORDER BY lower(r.valid) DESC LIMIT 1
    ) AS q ON q.valid @> now()
    WHERE p.id = find_offer.product_id AND p.deleted_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found', MESSAGE = 'There is no such product.',
            DETAIL = json_build_object('product_id', find_offer.product_id)::text;
    ELSIF find_offer.amount IS NULL THEN
        PERFORM catalog.require_currency(find_offer.currency);
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'product_not_sold_in_currency',
            MESSAGE = format('This product has no price in %s.', find_offer.currency), HINT = 'Choose another currency or product.',
            DETAIL = json_build_object('product_id', find_offer.product_id)::text;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.find_offer TO store_api;
