-- The price of a shipping method for a parcel: by its rates for the country, or else those for all other countries; the
-- smallest rate that covers the weight applies.
-- Callers:   price_order.
-- Errors:    shipping_address_required, shipping_method_not_available 422.
CREATE OR REPLACE FUNCTION sales.shipping_price(
    method_id uuid, country text, currency text, weight bigint, goods bigint
)
RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_price bigint;
BEGIN
    IF shipping_price.country IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'shipping_address_required',
            MESSAGE = 'This order needs a shipping address.', HINT = 'Send shipping_address_id.';
    END IF;
    SELECT o.price INTO v_price
    FROM sales.list_shipping_offers(shipping_price.country, shipping_price.currency, shipping_price.weight,
                                    shipping_price.goods) AS o
    WHERE o.method_id = shipping_price.method_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'shipping_method_not_available',
            MESSAGE = 'This shipping method is not available for this order.',
            HINT = 'GET /shipping-methods lists the methods for its weight and country.';
    END IF;
    RETURN v_price;
END $$;

GRANT EXECUTE ON FUNCTION sales.shipping_price TO store_api;
