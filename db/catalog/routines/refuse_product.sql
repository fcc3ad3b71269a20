-- Raises the error that there is no such product or bundle.
-- Callers:   api.get_bundle, find_offer, list_price_versions, lock_own_product, sales.change_lines,
--            sales.set_promotion_scope, set_bundle_items.
-- Errors:    product_not_found, bundle_not_found 404, always.
CREATE OR REPLACE FUNCTION catalog.refuse_product(product_id uuid, bundle boolean)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF refuse_product.bundle THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'bundle_not_found', MESSAGE = 'There is no such bundle.',
            DETAIL = json_build_object('bundle_id', refuse_product.product_id)::text;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found', MESSAGE = 'There is no such product.',
        DETAIL = json_build_object('product_id', refuse_product.product_id)::text;
END $$;

GRANT EXECUTE ON FUNCTION catalog.refuse_product TO store_api;
