-- Sets the components of a bundle: products of its merchant, each once.
-- Callers:   api.create_bundle, update_bundle.
-- Locks:     none; the caller holds the bundle.
-- Errors:    bundle_empty 422, product_not_found 404 (also for a product of another merchant, and for a bundle),
--            product_twice_in_bundle 409, variant_required 422.
CREATE OR REPLACE FUNCTION catalog.set_bundle_items(
    bundle_id uuid, merchant_id uuid, product_ids uuid[], quantities integer[]
)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF coalesce(cardinality(set_bundle_items.product_ids), 0) = 0 OR cardinality(set_bundle_items.product_ids) > 50 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'bundle_empty',
            MESSAGE = 'A bundle is made of 1 to 50 products.';
    END IF;
    PERFORM catalog.refuse_product(w.id, false)
    FROM unnest(set_bundle_items.product_ids) AS w (id)
    WHERE NOT EXISTS (
        SELECT FROM catalog.products AS p
        WHERE p.id = w.id
          AND p.merchant_id = set_bundle_items.merchant_id
          AND p.kind IN ('product', 'parent')
          AND p.deleted_at IS NULL);
    DELETE FROM catalog.bundle_items AS i WHERE i.bundle_id = set_bundle_items.bundle_id;
    INSERT INTO catalog.bundle_items (bundle_id, product_id, quantity)
    SELECT set_bundle_items.bundle_id, w.id, w.quantity
    FROM unnest(set_bundle_items.product_ids, set_bundle_items.quantities) AS w (id, quantity);
    PERFORM catalog.weigh_bundle(set_bundle_items.bundle_id);
END $$;

GRANT EXECUTE ON FUNCTION catalog.set_bundle_items TO store_api;
