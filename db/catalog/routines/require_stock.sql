-- For a cart: refuses a quantity that is not available now. Reserves nothing.
-- Callers:   api.add_cart_item, api.update_cart_item.
-- Errors:    out_of_stock 409, with what is available.
CREATE OR REPLACE FUNCTION catalog.require_stock(product_id uuid, quantity bigint, bundle boolean DEFAULT false)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_available CONSTANT bigint := catalog.available_pieces(require_stock.product_id, require_stock.bundle);
BEGIN
    IF v_available < require_stock.quantity THEN
        PERFORM catalog.refuse_stock(require_stock.product_id, require_stock.quantity, v_available);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.require_stock TO store_api;
