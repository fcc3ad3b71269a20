-- An address that came with an order, checked and as it is stored on the order; NULL for none.
-- Callers:   create_order, checkout_cart, update_any_order.
-- Errors:    address_incomplete, address_given_twice, country_unknown, region_unknown 422.
CREATE OR REPLACE FUNCTION sales.read_address(address jsonb, address_id uuid)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_region text;
BEGIN
    IF read_address.address_id IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'address_given_twice',
            MESSAGE = 'An order has one address.', HINT = 'Send shipping_address_id or shipping_address.';
    ELSIF num_nulls(read_address.address ->> 'name', read_address.address ->> 'line1',
                    read_address.address ->> 'city', read_address.address ->> 'country') > 0
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'address_incomplete',
            MESSAGE = 'An address needs a name, a first line, a city and a country.';
    END IF;
    v_region := catalog.require_region(read_address.address ->> 'country', read_address.address ->> 'region');
    RETURN read_address.address
        || jsonb_build_object('region', v_region, 'region_name', catalog.region_name(v_region));
END $$;

GRANT EXECUTE ON FUNCTION sales.read_address TO store_api;
