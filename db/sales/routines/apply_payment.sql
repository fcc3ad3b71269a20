-- Applies money to an order and returns the part that the order took: at most the amount due, and nothing unless the
-- order waits for money. An expired order is revived if its whole price arrives while its products are still in stock;
-- an order that a person cancelled is not.
-- Callers:   payments.mark_payment_completed.
-- Locks:     the order, then (when that pays it) stock rows in product order, merchants' earnings.
CREATE OR REPLACE FUNCTION sales.apply_payment(order_id uuid, amount bigint)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order   sales.orders;
    v_applied bigint;
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = apply_payment.order_id FOR NO KEY UPDATE;
    IF v_order.status = 'cancelled'
       AND v_order.cancel_reason = 'expired'
       AND v_order.amount_paid = 0
       AND apply_payment.amount = v_order.total
        AND sales.reserve_again(v_order.id)
    THEN
        PERFORM messaging.record_event('order.taken_up', v_order.id, v_order.account_id,
            sales.order_data(v_order) || jsonb_build_object('status', 'pending'));
    ELSIF v_order.status <> 'pending' THEN
        RETURN 0;
    END IF;
    v_applied := least(apply_payment.amount, v_order.total - v_order.amount_paid);
    IF v_order.amount_paid + v_applied = v_order.total THEN
        PERFORM sales.settle_order(v_order.id, v_applied);
    ELSE
        UPDATE sales.orders AS o
        SET amount_paid = o.amount_paid + v_applied, version = o.version + 1
        WHERE o.id = v_order.id;
    END IF;
    RETURN v_applied;
END $$;

GRANT EXECUTE ON FUNCTION sales.apply_payment TO store_api;
