-- The current offer of a product (or bundle) in a currency: its merchant, SKU, name, weight in grams, price and price
-- version.
-- Callers:   place_order, change_lines, add_cart_item, validate_promotion.
-- Errors:    product_not_found, bundle_not_found 404, currency_unknown, product_not_sold_in_currency, variant_required
--            422.
-- One query: price_in_force is inlined into it.
CREATE OR REPLACE FUNCTION catalog.find_offer(
    product_id uuid, currency text, bundle boolean DEFAULT false,
    OUT merchant_id uuid, OUT sku text, OUT name text, OUT weight integer, OUT amount bigint, OUT version bigint
)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT p.merchant_id, p.sku, p.name, p.weight, q.amount, q.version
    INTO find_offer.merchant_id, find_offer.sku, find_offer.name, find_offer.weight, find_offer.amount,
         find_offer.version
    FROM catalog.products AS p
    LEFT JOIN LATERAL catalog.price_in_force(p.id, find_offer.currency) AS q ON true
    WHERE p.id = find_offer.product_id AND p.deleted_at IS NULL AND (p.kind = 'bundle') = find_offer.bundle;
    IF NOT FOUND THEN
        PERFORM catalog.refuse_product(find_offer.product_id, find_offer.bundle);
    ELSIF find_offer.amount IS NULL THEN
        IF EXISTS (SELECT FROM catalog.products AS p WHERE p.id = find_offer.product_id AND p.kind = 'parent') THEN
            PERFORM catalog.require_variant(find_offer.product_id);
        END IF;
        PERFORM catalog.require_currency(find_offer.currency);
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'product_not_sold_in_currency',
            MESSAGE = format('This product has no price in %s.', find_offer.currency),
            HINT = 'Choose another currency or product.',
            DETAIL = json_build_object('product_id', find_offer.product_id)::text;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.find_offer TO store_api;
