-- A pending order whose money is there becomes paid, and its pieces leave the stock.
-- Called by: apply_payment, place_order (nothing to pay). The order row is locked.
-- Locks:     stock rows, in product order.
CREATE OR REPLACE FUNCTION sales.settle_order(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_line record;
    v_account_id uuid;
BEGIN
    FOR v_line IN
        SELECT i.product_id, i.quantity FROM sales.order_items AS i WHERE i.order_id = settle_order.order_id ORDER BY i.product_id
    LOOP
        PERFORM catalog.sell_stock(v_line.product_id, v_line.quantity, settle_order.order_id);
    END LOOP;
    UPDATE sales.orders AS o SET status = 'paid', paid_at = now(), expires_at = NULL, version = o.version + 1
    WHERE o.id = settle_order.order_id RETURNING o.account_id INTO v_account_id;
    PERFORM messaging.record_event('order.paid', settle_order.order_id, v_account_id);
END $$;

GRANT EXECUTE ON FUNCTION sales.settle_order TO store_api;
