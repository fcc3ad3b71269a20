-- The value of pieces of an order's lines, in the given order. The pieces after the j-th up to the k-th of q are worth
-- the difference of two running shares, so all pieces together are worth exactly the line. Of a bundle line the pieces
-- are bundles or, with a product, pieces of one component, which is worth its share of the line. The value never
-- exceeds what is left of the line, and is at least one unit while anything is left, so that even seven pieces worth
-- five units can be refunded one by one. The shares are multiples of a step, until the last piece, and so is their sum
-- unless it is less than a step: of two pieces worth 6.670 the first is worth 3.330 where a gateway counts in 0.010.
-- Callers:   api.create_refund, refund_lines.
-- Locks:     none. The caller holds the order.
-- Errors:    order_item_not_found 404, line_twice_in_refund 422, line_refunded_out_of_range 409.
CREATE OR REPLACE FUNCTION payments.price_refund_lines(
    order_id uuid, order_item_ids uuid[], quantities integer[], product_ids uuid[] DEFAULT NULL,
    step bigint DEFAULT 1
)
RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_line    record;
    v_part    record;
    v_taken   jsonb := '{}';        -- the value taken from each line by this refund
    v_amount  bigint;
    v_amounts bigint[] := '{}';
    v_step    CONSTANT bigint := coalesce(price_refund_lines.step, 1);
    v_over    bigint;               -- what the sum has above a multiple of the step
    v_less    bigint;
BEGIN
    IF (SELECT count(*)
        FROM (
            SELECT DISTINCT g.id, g.product_id
            FROM unnest(price_refund_lines.order_item_ids, price_refund_lines.product_ids) AS g (id, product_id)
        ) AS d)
        < cardinality(price_refund_lines.order_item_ids)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'line_twice_in_refund',
            MESSAGE = 'This refund contains a line twice.';
    END IF;
    FOR v_line IN
        SELECT g.quantity AS wanted, g.product_id AS component, i.*
        FROM unnest(price_refund_lines.order_item_ids, price_refund_lines.quantities, price_refund_lines.product_ids)
             WITH ORDINALITY AS g (id, quantity, product_id, n)
        LEFT JOIN sales.order_items AS i ON i.id = g.id AND i.order_id = price_refund_lines.order_id
        ORDER BY g.n
    LOOP
        IF v_line.id IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_item_not_found',
                MESSAGE = 'This order has no such line.';
        END IF;
        -- The number of pieces, the number refunded, and the value of all pieces.
        IF v_line.component IS NULL THEN
            SELECT v_line.quantity AS pieces, v_line.quantity_refunded AS refunded, v_line.total AS worth,
                   least(v_line.quantity - v_line.quantity_refunded,
                         (SELECT min((c.pieces - c.pieces_refunded) / c.quantity) - v_line.quantity_refunded
                          FROM sales.order_item_components AS c WHERE c.order_item_id = v_line.id)) AS free
            INTO STRICT v_part;
        ELSE
            SELECT p.pieces, p.refunded, p.worth, p.pieces - p.refunded AS free INTO v_part
            FROM (
                SELECT c.product_id, c.pieces, c.pieces_refunded + v_line.quantity_refunded * c.quantity AS refunded,
                       (
                           ledger.split_amount(v_line.total, array_agg(c.share) OVER all_of_them)
                       )[row_number() OVER (ORDER BY c.product_id)] AS worth
                FROM sales.order_item_components AS c WHERE c.order_item_id = v_line.id
                WINDOW all_of_them AS (ORDER BY c.product_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
            ) AS p WHERE p.product_id = v_line.component;
            IF NOT FOUND THEN
                RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_item_not_found',
                    MESSAGE = 'This line has no such component.';
            END IF;
        END IF;
        IF v_line.wanted > v_part.free THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'line_refunded_out_of_range',
                MESSAGE = 'These pieces have already been refunded.',
                DETAIL = json_build_object('refundable', v_part.free)::text;
        END IF;
        v_amount := least(
            v_line.total - v_line.amount_refunded - coalesce((v_taken ->> v_line.id::text)::bigint, 0),
            greatest(v_step, CASE WHEN v_part.refunded + v_line.wanted = v_part.pieces THEN v_part.worth
                                  ELSE v_step * div(v_part.worth::numeric * (v_part.refunded + v_line.wanted),
                                                    v_part.pieces * v_step) END
                             - v_step * div(v_part.worth::numeric * v_part.refunded, v_part.pieces * v_step))::bigint);
        v_taken := v_taken || jsonb_build_object(
            v_line.id, coalesce((v_taken ->> v_line.id::text)::bigint, 0) + v_amount
        );
        v_amounts := v_amounts || v_amount;
    END LOOP;
    v_over := (SELECT sum(a) FROM unnest(v_amounts) AS a) % v_step;
    IF v_over > 0 AND v_over < (SELECT sum(a) FROM unnest(v_amounts) AS a) THEN
        FOR n IN REVERSE cardinality(v_amounts) .. 1 LOOP
            v_less := least(v_over, v_amounts[n]);
            v_amounts[n] := v_amounts[n] - v_less;
            v_over := v_over - v_less;
        END LOOP;
    END IF;
    RETURN v_amounts;
END $$;

GRANT EXECUTE ON FUNCTION payments.price_refund_lines TO store_api;
