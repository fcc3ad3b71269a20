-- Deletes one of the caller's products, and its variants. Orders keep it; its SKU can be used again.
-- Locks:  the product, its variants or its parent.
-- Errors: product_not_found 404, version_stale 412, product_in_promotion 409.
CREATE FUNCTION api.delete_product(product_id uuid, if_match bigint DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_product catalog.products;
BEGIN
    PERFORM catalog.lock_parent(delete_product.product_id, v_actor);
    v_product := catalog.lock_own_product(delete_product.product_id, v_actor, delete_product.if_match);
    PERFORM sales.leave_promotions(v_product.id, NULL);
    UPDATE catalog.products AS p SET deleted_at = now(), version = p.version + 1 WHERE p.id = v_product.id;
    IF v_product.kind = 'parent' THEN
        UPDATE catalog.products AS p SET deleted_at = now(), version = p.version + 1
        WHERE p.parent_id = v_product.id AND p.deleted_at IS NULL;
    ELSIF v_product.parent_id IS NOT NULL THEN
        PERFORM catalog.refresh_variants(v_product.parent_id);
    END IF;
    PERFORM messaging.record_event('product.deleted', NULL, v_actor,
                                   jsonb_build_object('product_id', v_product.id, 'sku', v_product.sku));
END $$;

COMMENT ON FUNCTION api.delete_product IS
'Delete a product

It is no longer sold or shown, nor are its variants. Orders keep them. A product that a promotion is for cannot be
deleted.';

GRANT EXECUTE ON FUNCTION api.delete_product TO app_merchant;
