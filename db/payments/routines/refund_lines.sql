-- Refunds the value of pieces of an order's lines through the payments that paid for them: from each what it has left,
-- those that refund in the largest steps first, in the order in which they were begun. What is less than a step of all
-- of them stays. Pieces count with the first refund that contains a part of their line.
-- Callers:   fulfilment.receive_return.
-- Returns:   the refunds' ids; none if nothing is left of the lines.
-- Locks:     payments, order lines. The caller holds the order.
-- Errors:    those of price_refund_lines and require_refundable.
CREATE OR REPLACE FUNCTION payments.refund_lines(
    order_id uuid, order_item_ids uuid[], quantities integer[], reason text
)
RETURNS uuid[]
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_step    CONSTANT bigint := (
        SELECT min(coalesce((payments.limits_of(p.provider, p.captured_currency)).step, 1))
        FROM payments.payments AS p
        WHERE p.order_id = refund_lines.order_id AND p.status = 'completed'
          AND payments.refundable_from_order(p.id) > 0);
    v_amounts bigint[] := payments.price_refund_lines(refund_lines.order_id, refund_lines.order_item_ids,
                                                      refund_lines.quantities, step => v_step);
    v_counts  integer[] := refund_lines.quantities;
    v_payment record;
    v_left    bigint;
    v_least   bigint := 1;      -- the largest step
    v_take    bigint[];
    v_ids     uuid[] := '{}';
BEGIN
    FOR v_payment IN
        SELECT p.id, payments.refundable_from_order(p.id) AS refundable, s.step
        FROM payments.payments AS p
        CROSS JOIN LATERAL (
            SELECT coalesce((payments.limits_of(p.provider, p.captured_currency)).step, 1) AS step
        ) AS s
        WHERE p.order_id = refund_lines.order_id AND p.status = 'completed' AND p.amount_applied > 0
        ORDER BY s.step DESC, p.id
    LOOP
        v_left := least(v_payment.refundable, (SELECT sum(a)::bigint FROM unnest(v_amounts) AS a));
        v_left := v_left - v_left % v_payment.step;
        v_least := greatest(v_least, v_payment.step);
        CONTINUE WHEN v_left <= 0;
        PERFORM payments.require_refundable(v_payment.id);
        -- Line after line, until this payment has nothing left.
        v_take := '{}';
        FOR n IN 1 .. cardinality(v_amounts) LOOP
            v_take[n] := least(v_amounts[n], v_left);
            v_left := v_left - v_take[n];
            v_amounts[n] := v_amounts[n] - v_take[n];
        END LOOP;
        v_ids := v_ids || payments.request_refund(v_payment.id, (SELECT sum(t)::bigint FROM unnest(v_take) AS t),
            (SELECT sum(t)::bigint FROM unnest(v_take) AS t), refund_lines.reason, refund_lines.order_item_ids,
            v_counts, v_take);
        v_counts := array_fill(0, ARRAY[cardinality(v_counts)]);
    END LOOP;
    IF (SELECT sum(a) FROM unnest(v_amounts) AS a) >= v_least THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_above_payment',
            MESSAGE = 'Refunds cannot exceed the amount that was paid.';
    END IF;
    RETURN v_ids;
END $$;

GRANT EXECUTE ON FUNCTION payments.refund_lines TO store_api;
