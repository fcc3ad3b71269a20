-- Refuses lines that name neither a product nor a bundle, or both.
-- Callers:   api.add_cart_item, api.create_order, api.modify_order, api.validate_promotion.
-- Errors:    line_needs_product_or_bundle 422.
CREATE OR REPLACE FUNCTION sales.require_one_id(product_ids uuid[], bundle_ids uuid[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(require_one_id.product_ids, require_one_id.bundle_ids) AS l (product_id, bundle_id)
               WHERE num_nonnulls(l.product_id, l.bundle_id) <> 1)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'line_needs_product_or_bundle',
            MESSAGE = 'A line must name either a product or a bundle.',
            HINT = 'Send product_id or bundle_id, not both.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.require_one_id TO store_api;
