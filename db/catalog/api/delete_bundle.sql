-- Deletes one of the caller's bundles. Orders keep it; its SKU can be used again.
-- Locks:  the bundle.
-- Errors: bundle_not_found 404, version_stale 412, product_in_promotion 409.
CREATE FUNCTION api.delete_bundle(bundle_id uuid, if_match bigint DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_bundle catalog.products;
BEGIN
    v_bundle := catalog.lock_own_product(delete_bundle.bundle_id, v_actor, delete_bundle.if_match, bundle => true);
    PERFORM sales.leave_promotions(v_bundle.id, NULL);
    UPDATE catalog.products AS p SET deleted_at = now(), version = p.version + 1 WHERE p.id = v_bundle.id;
    PERFORM messaging.record_event('bundle.deleted', NULL, v_actor,
                                   jsonb_build_object('bundle_id', v_bundle.id, 'sku', v_bundle.sku));
END $$;

COMMENT ON FUNCTION api.delete_bundle IS
'Delete a bundle

It is no longer sold or shown. Orders keep it. A bundle that a promotion is for cannot be deleted.';

GRANT EXECUTE ON FUNCTION api.delete_bundle TO app_merchant;
