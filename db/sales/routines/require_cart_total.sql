-- Refuses what no order could cost (sales.keeps_order_rules).
-- Callers:   api.add_cart_item, api.update_cart_item.
-- Errors:    cart_too_expensive 409.
CREATE OR REPLACE FUNCTION sales.require_cart_total(total bigint)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF require_cart_total.total > 1000000000000000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'cart_too_expensive',
            MESSAGE = 'A cart can cost at most 1,000,000,000,000,000 minor units, as an order can.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.require_cart_total TO store_api;
