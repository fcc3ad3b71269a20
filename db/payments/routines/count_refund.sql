-- Counts a refund on its order and its lines (direction 1), or undoes that because the refund failed (-1). Refunded
-- pieces are no longer owed, so the order may be done with it.
-- Callers:   record_refund, mark_refund_failed.
-- Locks:     the order's lines. The caller holds the order.
-- Errors:    refund_above_line, line_refunded_out_of_range, component_refunded_out_of_range, order_amounts_out_of_range
--            409.
CREATE OR REPLACE FUNCTION payments.count_refund(refund_id uuid, direction integer)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE sales.order_items AS i
    SET amount_refunded = i.amount_refunded + count_refund.direction * r.amount,
        quantity_refunded = i.quantity_refunded + count_refund.direction * r.quantity
    FROM (
        SELECT x.order_item_id, sum(x.amount)::bigint AS amount,
               coalesce(sum(x.quantity) FILTER (WHERE x.product_id IS NULL), 0)::integer AS quantity
        FROM payments.refund_items AS x WHERE x.refund_id = count_refund.refund_id GROUP BY x.order_item_id
    ) AS r
    WHERE i.id = r.order_item_id;
    UPDATE sales.order_item_components AS c
    SET pieces_refunded = c.pieces_refunded + count_refund.direction * r.quantity
    FROM payments.refund_items AS r
    WHERE r.refund_id = count_refund.refund_id AND c.order_item_id = r.order_item_id AND c.product_id = r.product_id;
    UPDATE sales.orders AS o SET shipping_refunded = o.shipping_refunded + count_refund.direction * r.amount
    FROM payments.refund_items AS r JOIN payments.refunds AS f ON f.id = r.refund_id
    WHERE r.refund_id = count_refund.refund_id AND r.order_item_id IS NULL AND o.id = f.order_id;
    PERFORM sales.take_back(r.order_id, count_refund.direction * r.from_order), fulfilment.advance_order(r.order_id)
    FROM payments.refunds AS r
    WHERE r.id = count_refund.refund_id;
END $$;

GRANT EXECUTE ON FUNCTION payments.count_refund TO store_api;
