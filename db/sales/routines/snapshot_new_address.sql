-- An address that is in no address book, as it is stored on an order (see snapshot_address).
-- Callers:   api.update_any_order.
-- Errors:    country_unknown, region_unknown 422.
CREATE OR REPLACE FUNCTION sales.snapshot_new_address(address api.new_address)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_region CONSTANT text := catalog.require_region(address.country, address.region);
BEGIN
    RETURN jsonb_build_object(
        'name', address.name, 'line1', address.line1, 'line2', address.line2, 'city', address.city,
        'region', v_region, 'region_name', catalog.region_name(v_region),
        'postal_code', address.postal_code, 'country', address.country, 'phone', address.phone);
END $$;

GRANT EXECUTE ON FUNCTION sales.snapshot_new_address TO store_api;
