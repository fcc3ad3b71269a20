-- Raises the error that there is not enough stock, with what is available. The cart and the order use the same message.
-- Callers:   hold_stock, move_parts, require_stock, sales.pin_components.
-- Errors:    out_of_stock 409, always.
CREATE OR REPLACE FUNCTION catalog.refuse_stock(product_id uuid, requested bigint, available bigint)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'out_of_stock',
        MESSAGE = CASE refuse_stock.available WHEN 0 THEN 'This product is sold out.'
                  ELSE format('There are only %s of this product.', refuse_stock.available) END,
        HINT = CASE refuse_stock.available WHEN 0 THEN 'Come back later.' ELSE 'Order fewer, or come back later.' END,
        DETAIL = json_build_object('product_id', refuse_stock.product_id, 'requested', refuse_stock.requested,
                                   'available', refuse_stock.available)::text;
END $$;

GRANT EXECUTE ON FUNCTION catalog.refuse_stock TO store_api;
