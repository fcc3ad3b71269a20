-- The goods of a shipped order came back with its money: all of its pieces return to stock, once.
-- Called by: api.create_refund.
-- Errors:    order_already_restocked 409.
-- Locks:     stock rows, in product order; the caller holds the order.
CREATE OR REPLACE FUNCTION payments.restock_order(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_line record;
BEGIN
    IF EXISTS (SELECT FROM messaging.events AS e WHERE e.order_id = restock_order.order_id AND e.type = 'order.restocked') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_already_restocked',
            MESSAGE = 'The goods of this order are in stock again already.', HINT = 'Refund without restock.';
    END IF;
    FOR v_line IN
        SELECT i.product_id, i.quantity FROM sales.order_items AS i WHERE i.order_id = restock_order.order_id ORDER BY i.product_id
    LOOP
        PERFORM catalog.return_stock(v_line.product_id, v_line.quantity, restock_order.order_id);
    END LOOP;
    PERFORM messaging.record_event('order.restocked', o.id, o.account_id) FROM sales.orders AS o WHERE o.id = restock_order.order_id;
END $$;

GRANT EXECUTE ON FUNCTION payments.restock_order TO store_api;
