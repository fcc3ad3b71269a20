-- Puts returned pieces of a paid order back into stock, each once. For a bundle line these are all components of the
-- bundles. Without lines, everything that has not been restocked yet.
-- Callers:   fulfilment.receive_return, fulfilment.restock_rest, api.create_refund.
-- Locks:     stock rows, in product order. The caller holds the order.
-- Errors:    order_already_restocked, line_returned_twice 409.
CREATE OR REPLACE FUNCTION payments.restock_order(
    order_id uuid, order_item_ids uuid[] DEFAULT NULL, quantities integer[] DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_all   CONSTANT boolean := restock_order.order_item_ids IS NULL;
    v_piece record;
    v_count bigint := 0;
BEGIN
    FOR v_piece IN
        WITH given AS (
            SELECT g.id, g.quantity
            FROM unnest(restock_order.order_item_ids, restock_order.quantities) AS g (id, quantity)
        )
        SELECT i.id, i.product_id, false AS component,
               CASE WHEN v_all THEN i.quantity - i.quantity_returned ELSE g.quantity END AS quantity
        FROM sales.order_items AS i LEFT JOIN given AS g ON g.id = i.id
        WHERE i.order_id = restock_order.order_id AND NOT i.bundle AND (v_all OR g.id IS NOT NULL)
        UNION ALL
        SELECT i.id, c.product_id, true,
               CASE WHEN v_all THEN c.pieces - c.pieces_returned ELSE g.quantity * c.quantity END
        FROM sales.order_items AS i
        JOIN sales.order_item_components AS c ON c.order_item_id = i.id
        LEFT JOIN given AS g ON g.id = i.id
        WHERE i.order_id = restock_order.order_id AND i.bundle AND (v_all OR g.id IS NOT NULL)
        ORDER BY 2
    LOOP
        CONTINUE WHEN v_piece.quantity = 0;
        IF v_piece.component THEN
            UPDATE sales.order_item_components AS c SET pieces_returned = c.pieces_returned + v_piece.quantity
            WHERE c.order_item_id = v_piece.id AND c.product_id = v_piece.product_id;
        ELSE
            UPDATE sales.order_items AS i
            SET quantity_returned = i.quantity_returned + v_piece.quantity
            WHERE i.id = v_piece.id;
        END IF;
        PERFORM catalog.return_stock(v_piece.product_id, v_piece.quantity, restock_order.order_id);
        v_count := v_count + v_piece.quantity;
    END LOOP;
    -- A bundle counts as returned when all of its components have been returned.
    UPDATE sales.order_items AS i SET quantity_returned = b.returned
    FROM (SELECT c.order_item_id, min(c.pieces_returned / c.quantity) AS returned
          FROM sales.order_items AS l JOIN sales.order_item_components AS c ON c.order_item_id = l.id
          WHERE l.order_id = restock_order.order_id AND l.bundle GROUP BY c.order_item_id) AS b
    WHERE i.id = b.order_item_id AND i.quantity_returned <> b.returned;
    IF v_count = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_already_restocked',
            MESSAGE = 'The goods of this order have already been restocked.', HINT = 'Refund without restock.';
    END IF;
    PERFORM messaging.record_event('order.restocked', o.id, o.account_id,
        sales.order_data(o) || jsonb_build_object('quantity', v_count))
    FROM sales.orders AS o WHERE o.id = restock_order.order_id;
END $$;

GRANT EXECUTE ON FUNCTION payments.restock_order TO store_api;
