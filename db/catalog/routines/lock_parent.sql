-- Locks the product that a variant belongs to, before the variant: its options, and the names of its variants, change
-- under this lock. Nothing if it is no variant.
-- Callers:   api.delete_product, api.update_product.
-- Locks:     the parent.
CREATE OR REPLACE FUNCTION catalog.lock_parent(product_id uuid, merchant_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM catalog.products AS p
    WHERE p.id = (SELECT v.parent_id FROM catalog.products AS v WHERE v.id = lock_parent.product_id)
      AND p.merchant_id = lock_parent.merchant_id
    FOR NO KEY UPDATE;
END $$;

GRANT EXECUTE ON FUNCTION catalog.lock_parent TO store_api;
