-- Cancels every attempt of an order that could still be paid. What a bank is working on cannot be cancelled.
-- Callers:   mark_payment_completed (the order is paid), sales.cancel_order, sales.require_within_total (the total
--            changes).
-- Locks:     the payments. The caller holds the order.
CREATE OR REPLACE FUNCTION payments.cancel_open_payments(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment_id uuid;
BEGIN
    FOR v_payment_id IN
        SELECT p.id
        -- OFFSET 0 makes the plan start from the order's payments. A plan made while no payment was open prefers the
        -- index payments_open_until; each callback then reads every open payment of the shop: 14,000 of them tripled
        -- its cost.
        FROM (SELECT o.id, o.status
              FROM payments.payments AS o
              WHERE o.order_id = cancel_open_payments.order_id OFFSET 0) AS p
        WHERE p.status IN ('initiated', 'open', 'authorized')
        ORDER BY p.id
    LOOP
        PERFORM payments.give_up_payment(v_payment_id, 'cancelled');
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION payments.cancel_open_payments TO store_api;
