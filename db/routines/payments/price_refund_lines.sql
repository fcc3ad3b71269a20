-- What pieces of an order's lines cost, in the order given: the piece after the j-th up to the k-th of q is worth the difference of two
-- running shares, so all of them together are worth the line, to the unit. Never more than is left of the line.
-- Called by: api.create_refund.
-- Errors:    order_item_not_found 404, line_twice_in_refund 422, line_refunded_out_of_range 409.
-- Locks:     none; the caller holds the order.
CREATE OR REPLACE FUNCTION payments.price_refund_lines(order_id uuid, order_item_ids uuid[], quantities integer[])
RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_line    record;
    v_amounts bigint[] := '{}';
BEGIN
    IF (SELECT count(DISTINCT i) FROM unnest(price_refund_lines.order_item_ids) AS i) < cardinality(price_refund_lines.order_item_ids) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'line_twice_in_refund', MESSAGE = 'A line is in this refund twice.';
    END IF;
    FOR v_line IN
        SELECT g.quantity AS wanted, i.* FROM unnest(price_refund_lines.order_item_ids, price_refund_lines.quantities) WITH ORDINALITY AS g (id, quantity, n)
        LEFT JOIN sales.order_items AS i ON i.id = g.id AND i.order_id = price_refund_lines.order_id
        ORDER BY g.n
    LOOP
        IF v_line.id IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_item_not_found', MESSAGE = 'There is no such line in this order.';
        END IF;
        IF v_line.quantity_refunded + v_line.wanted > v_line.quantity THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'line_refunded_out_of_range',
                MESSAGE = 'These pieces have been refunded already.',
                DETAIL = json_build_object('refundable', v_line.quantity - v_line.quantity_refunded)::text;
        END IF;
        v_amounts := v_amounts || least(
            v_line.total - v_line.amount_refunded,
            (div(v_line.total::numeric * (v_line.quantity_refunded + v_line.wanted), v_line.quantity)
             - div(v_line.total::numeric * v_line.quantity_refunded, v_line.quantity))::bigint);
    END LOOP;
    RETURN v_amounts;
END $$;

GRANT EXECUTE ON FUNCTION payments.price_refund_lines TO store_api;
