-- An account's address as it is now, to be stored on an order; NULL for no address. region is the code (ISO 3166-2),
-- region_name what people read on labels and documents.
-- Callers:   create_order, checkout_cart, set_shipping_address.
-- Errors:    address_not_found 404.
CREATE OR REPLACE FUNCTION sales.snapshot_address(address_id uuid, account_id uuid)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_address jsonb;
BEGIN
    IF snapshot_address.address_id IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT jsonb_build_object('name', a.name, 'line1', a.line1, 'line2', a.line2, 'city', a.city, 'region', a.region,
                              'region_name', coalesce(r.name, a.region), 'postal_code', a.postal_code,
                              'country', a.country, 'phone', a.phone)
    INTO v_address
    FROM identity.addresses AS a LEFT JOIN catalog.regions AS r ON r.code = a.region
    WHERE a.id = snapshot_address.address_id AND a.account_id = snapshot_address.account_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'address_not_found',
            MESSAGE = 'There is no such address in your address book.';
    END IF;
    RETURN v_address;
END $$;

GRANT EXECUTE ON FUNCTION sales.snapshot_address TO store_api;
