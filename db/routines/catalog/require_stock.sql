-- For a cart: refuses a quantity that could not be had now. Reserves nothing.
-- Errors: out_of_stock 409, with what is available.
CREATE OR REPLACE FUNCTION catalog.require_stock(product_id uuid, quantity bigint)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_available bigint;
BEGIN
    SELECT s.on_hand - s.reserved INTO v_available FROM catalog.stock AS s WHERE s.product_id = require_stock.product_id;
    IF coalesce(v_available, 0) < require_stock.quantity THEN
        PERFORM catalog.refuse_stock(require_stock.product_id, require_stock.quantity, coalesce(v_available, 0));
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.require_stock TO store_api;
