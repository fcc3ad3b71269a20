-- Announces a return of pieces that have left the shop, were not delivered longer ago than the shop accepts returns,
-- and are neither refunded nor in another return.
-- Callers:   api.create_return.
-- Locks:     the order's lines. The caller holds the order.
-- Errors:    order_item_not_found 404; line_twice_in_return, return_empty 422; return_window_over, return_above_shipped
--            409.
CREATE OR REPLACE FUNCTION fulfilment.request_return(
    order_id uuid, order_item_ids uuid[], quantities integer[], reason text
)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_since  CONSTANT timestamptz := (SELECT now() - s.return_window FROM sales.settings AS s);
    v_line   record;
    v_return fulfilment.returns;
BEGIN
    IF coalesce(cardinality(request_return.order_item_ids), 0) = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'return_empty', MESSAGE = 'This return has no items.';
    ELSIF (SELECT count(DISTINCT i)
           FROM unnest(request_return.order_item_ids) AS i) < cardinality(request_return.order_item_ids) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'line_twice_in_return',
            MESSAGE = 'This return contains a line twice.';
    END IF;
    INSERT INTO fulfilment.returns AS r (order_id, account_id, reason)
    SELECT o.id, o.account_id, request_return.reason FROM sales.orders AS o WHERE o.id = request_return.order_id
    RETURNING r.* INTO STRICT v_return;

    FOR v_line IN
        SELECT w.id, w.wanted, w.out, w.out_lately,
               least(w.out_lately, w.out - w.gone, w.whole - w.quantity_refunded - w.quantity_returning) AS returnable
        FROM (
            SELECT i.id, g.quantity AS wanted, fulfilment.count_out(i.id) AS out,
                   fulfilment.count_out(i.id, v_since) AS out_lately,
                   -- A bundle of which a component was refunded cannot be refunded as a whole.
                   least(i.quantity,
                         (SELECT min((c.pieces - c.pieces_refunded) / c.quantity) FROM sales.order_item_components AS c
                                      WHERE c.order_item_id = i.id)) AS whole,
                   i.quantity_refunded, i.quantity_returning, i.quantity_returning + i.quantity_came_back AS gone
            FROM unnest(request_return.order_item_ids, request_return.quantities) AS g (id, quantity)
            LEFT JOIN sales.order_items AS i ON i.id = g.id AND i.order_id = v_return.order_id
        ) AS w
        ORDER BY w.id
    LOOP
        IF v_line.id IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_item_not_found',
                MESSAGE = 'This order has no such line.';
        ELSIF v_line.wanted > v_line.returnable AND v_line.out > 0 AND v_line.out_lately = 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'return_window_over',
                MESSAGE = 'The time for returning these goods is over.',
                DETAIL = json_build_object('order_item_id', v_line.id)::text;
        ELSIF v_line.wanted > v_line.returnable THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'return_above_shipped',
                MESSAGE =
                    'Only shipped pieces that are neither refunded nor returned can be returned.',
                DETAIL = json_build_object('order_item_id', v_line.id, 'requested', v_line.wanted,
                                           'returnable', greatest(0, v_line.returnable))::text;
        END IF;
        PERFORM fulfilment.count_line(v_line.id, announced => v_line.wanted);
        INSERT INTO fulfilment.return_items (return_id, order_item_id, account_id, quantity)
        VALUES (v_return.id, v_line.id, v_return.account_id, v_line.wanted);
    END LOOP;
    PERFORM fulfilment.record_return_event(v_return);
    RETURN v_return.id;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.request_return TO store_api;
