-- Locks a merchant's own product, or bundle, for a change.
-- Callers:   create_variant, update_product, delete_product, set_price, delete_price, adjust_stock; update_bundle,
--            delete_bundle, set_bundle_price, delete_bundle_price.
-- Locks:     the product.
-- Errors:    product_not_found, bundle_not_found 404 (also of another merchant), version_stale 412.
CREATE OR REPLACE FUNCTION catalog.lock_own_product(
    product_id uuid, merchant_id uuid, if_match bigint DEFAULT NULL, bundle boolean DEFAULT false
)
RETURNS catalog.products
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_product catalog.products;
BEGIN
    SELECT * INTO v_product FROM catalog.products AS p
    WHERE p.id = lock_own_product.product_id AND p.merchant_id = lock_own_product.merchant_id AND p.deleted_at IS NULL
      AND (p.kind = 'bundle') = lock_own_product.bundle
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM catalog.refuse_product(lock_own_product.product_id, lock_own_product.bundle);
    ELSIF lock_own_product.if_match <> v_product.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = format('The %s has changed since you read it.', v_product.kind),
            HINT = 'Read it again, then repeat your change.';
    END IF;
    RETURN v_product;
END $$;

GRANT EXECUTE ON FUNCTION catalog.lock_own_product TO store_api;
