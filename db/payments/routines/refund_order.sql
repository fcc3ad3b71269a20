-- Refunds everything that an order was paid with and that has not been refunded, each part through its own payment. A
-- refund that came back is counted as given; support retries or settles it.
-- Callers:   sales.cancel_order.
-- Locks:     payments, in id order. The caller holds the order.
CREATE OR REPLACE FUNCTION payments.refund_order(order_id uuid, reason text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_part record;
BEGIN
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
