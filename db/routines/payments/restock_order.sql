-- Goods came back: pieces of a paid order return to stock, each once. Without lines, all that have not come back yet.
-- Called by: api.create_refund.
-- Errors:    order_already_restocked, line_returned_twice 409.
-- Locks:     stock rows, in product order; the caller holds the order.
CREATE OR REPLACE FUNCTION payments.restock_order(order_id uuid, order_item_ids uuid[] DEFAULT NULL, quantities integer[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_line  record;
    v_count integer := 0;
BEGIN
    FOR v_line IN
        SELECT i.id, i.product_id, coalesce(g.quantity, i.quantity - i.quantity_returned) AS quantity
        FROM sales.order_items AS i
        LEFT JOIN unnest(restock_order.order_item_ids, restock_order.quantities) AS g (id, quantity) ON g.id = i.id
        WHERE i.order_id = restock_order.order_id AND (restock_order.order_item_ids IS NULL OR g.id IS NOT NULL)
        ORDER BY i.product_id
    LOOP
        CONTINUE WHEN v_line.quantity = 0;
        UPDATE sales.order_items AS i SET quantity_returned = i.quantity_returned + v_line.quantity WHERE i.id = v_line.id;
        PERFORM catalog.return_stock(v_line.product_id, v_line.quantity, restock_order.order_id);
        v_count := v_count + v_line.quantity;
    END LOOP;
    IF v_count = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_already_restocked',
            MESSAGE = 'The goods of this order are in stock again already.', HINT = 'Refund without restock.';
    END IF;
    PERFORM messaging.record_event('order.restocked', o.id, o.account_id, jsonb_build_object('pieces', v_count))
    FROM sales.orders AS o WHERE o.id = restock_order.order_id;
END $$;

GRANT EXECUTE ON FUNCTION payments.restock_order TO store_api;
