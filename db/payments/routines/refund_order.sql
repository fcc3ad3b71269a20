-- Refunds everything that an order was paid with and that has not been refunded, each part through its own payment. A
-- refund that came back is repeated as it was, because its credit note stays valid.
-- Callers:   sales.cancel_order.
-- Locks:     payments, in id order. The caller holds the order.
CREATE OR REPLACE FUNCTION payments.refund_order(order_id uuid, reason text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_part record;
BEGIN
    FOR v_part IN
        SELECT r.id FROM payments.refunds AS r
        WHERE r.order_id = refund_order.order_id
          AND r.from_order > 0
          AND r.status = 'failed'
          AND payments.was_credited(r.id)
          AND NOT EXISTS (SELECT FROM payments.refunds AS t WHERE t.retry_of = r.id)
        ORDER BY r.payment_id, r.id
    LOOP
        PERFORM payments.repeat_refund(v_part.id);
    END LOOP;
    FOR v_part IN
        SELECT p.id, payments.refundable_from_order(p.id) AS amount
        FROM payments.payments AS p
        WHERE p.order_id = refund_order.order_id AND p.status = 'completed' AND p.amount_applied > 0
        ORDER BY p.id
    LOOP
        IF v_part.amount > 0 THEN
            PERFORM payments.request_refund(v_part.id, v_part.amount, v_part.amount, refund_order.reason);
        END IF;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION payments.refund_order TO store_api;
