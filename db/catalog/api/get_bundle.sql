-- One bundle, with the price in force now.
-- Errors: bundle_not_found 404.
CREATE FUNCTION api.get_bundle(bundle_id uuid, currency api.currency DEFAULT NULL)
RETURNS api.bundle
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_bundle catalog.products;
BEGIN
    SELECT * INTO v_bundle
    FROM catalog.products AS p
    WHERE p.id = get_bundle.bundle_id AND p.kind = 'bundle' AND p.deleted_at IS NULL;
    IF NOT FOUND THEN
        PERFORM catalog.refuse_product(get_bundle.bundle_id, true);
    END IF;
    RETURN api.render_bundle(v_bundle, get_bundle.currency);
END $$;

COMMENT ON FUNCTION api.get_bundle IS
'Get a bundle

With its components and the number that is available.';

GRANT EXECUTE ON FUNCTION api.get_bundle TO app_anonymous;
