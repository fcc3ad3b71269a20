-- Receives the parcel of a return, once, even if requests are concurrent: counts the pieces that arrived, restocks
-- those that are fit for sale, and refunds their price through the payments that have the money.
-- Callers:   api.receive_return.
-- Locks:     order, return, the order's lines, stock rows in product order, then those of payments.refund_lines.
-- Errors:    return_not_found, order_item_not_found 404; return_transition_refused, received_above_announced 409;
--            line_twice_in_return, return_empty 422; those of payments.refund_lines.
CREATE OR REPLACE FUNCTION fulfilment.receive_return(
    return_id uuid, order_item_ids uuid[], quantities integer[], restock boolean[]
)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_return fulfilment.returns := fulfilment.lock_return(receive_return.return_id);
    v_came   record;
    v_stock  record;
BEGIN
    PERFORM identity.refuse_own_account(v_return.account_id);
    IF v_return.status <> 'approved' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'return_transition_refused',
            MESSAGE = format('A return cannot change from %s to received.', v_return.status);
    END IF;
    UPDATE fulfilment.returns AS r
    SET status = 'received', received_at = now(), version = r.version + 1
    WHERE r.id = v_return.id;
    IF (SELECT count(DISTINCT i)
        FROM unnest(receive_return.order_item_ids) AS i) < cardinality(receive_return.order_item_ids) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'line_twice_in_return',
            MESSAGE = 'This return contains a line twice.';
    ELSIF EXISTS (
        SELECT FROM unnest(receive_return.order_item_ids) AS g (id)
        WHERE g.id NOT IN (SELECT i.order_item_id FROM fulfilment.return_items AS i WHERE i.return_id = v_return.id))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_item_not_found',
            MESSAGE = 'This return has no such line.';
    END IF;
    UPDATE fulfilment.return_items AS i
    SET quantity_received = coalesce(g.quantity, 0), quantity_restocked = CASE WHEN g.restock THEN g.quantity ELSE 0 END
    FROM fulfilment.return_items AS w
    LEFT JOIN unnest(
        receive_return.order_item_ids, receive_return.quantities, receive_return.restock
    ) AS g (id, quantity, restock)
           ON g.id = w.order_item_id
    WHERE w.return_id = v_return.id AND i.return_id = w.return_id AND i.order_item_id = w.order_item_id;
    PERFORM fulfilment.count_line(i.order_item_id, announced => -i.quantity, came_back => i.quantity_received)
    FROM fulfilment.return_items AS i WHERE i.return_id = v_return.id;

    SELECT array_agg(i.order_item_id ORDER BY i.order_item_id) AS ids,
           array_agg(i.quantity_restocked ORDER BY i.order_item_id) AS quantities
    INTO STRICT v_stock FROM fulfilment.return_items AS i WHERE i.return_id = v_return.id AND i.quantity_restocked > 0;
    IF v_stock.ids IS NOT NULL THEN
        PERFORM payments.restock_order(v_return.order_id, v_stock.ids, v_stock.quantities);
    END IF;
    SELECT array_agg(i.order_item_id ORDER BY i.order_item_id) AS ids,
           array_agg(i.quantity_received ORDER BY i.order_item_id) AS quantities
    INTO STRICT v_came FROM fulfilment.return_items AS i WHERE i.return_id = v_return.id AND i.quantity_received > 0;
    IF v_came.ids IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'return_empty',
            MESSAGE = 'No piece was received.',
            HINT = 'Reject the return instead.';
    END IF;
    INSERT INTO fulfilment.return_refunds (refund_id, return_id, account_id)
    SELECT f, v_return.id, v_return.account_id
    FROM unnest(payments.refund_lines(v_return.order_id, v_came.ids, v_came.quantities, v_return.reason)) AS f;
    UPDATE fulfilment.returns AS r
    SET amount = (SELECT coalesce(sum(f.amount), 0)::bigint
                  FROM fulfilment.return_refunds AS l
                  JOIN payments.refunds AS f ON f.id = l.refund_id
                  WHERE l.return_id = r.id)
    WHERE r.id = v_return.id RETURNING r.* INTO STRICT v_return;
    PERFORM fulfilment.record_return_event(v_return);
    PERFORM fulfilment.settle_return(v_return.id);
    PERFORM fulfilment.advance_order(v_return.order_id);
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.receive_return TO store_api;
