-- Raises the error that one of a product's variants has to be chosen.
-- Callers:   api.adjust_stock, api.set_price, find_offer, refuse_parents, set_bundle_items, sales.change_lines.
-- Errors:    variant_required 422, always.
CREATE OR REPLACE FUNCTION catalog.require_variant(product_id uuid)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'variant_required',
        MESSAGE = 'This product comes in variants: choose one of them.',
        HINT = 'GET /products/{product_id} lists its variants.',
        DETAIL = json_build_object('product_id', require_variant.product_id)::text;
END $$;

GRANT EXECUTE ON FUNCTION catalog.require_variant TO store_api;
