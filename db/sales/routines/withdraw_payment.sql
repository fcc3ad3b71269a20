-- Takes from an order that waits for money what had been applied to it, because the money has gone: the amount is due
-- again.
-- Callers:   payments.unapply_payment.
-- Locks:     none of its own; the caller holds the order.
CREATE OR REPLACE FUNCTION sales.withdraw_payment(order_id uuid, amount bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE sales.orders AS o SET amount_paid = o.amount_paid - withdraw_payment.amount, version = o.version + 1
    WHERE o.id = withdraw_payment.order_id;
END $$;

GRANT EXECUTE ON FUNCTION sales.withdraw_payment TO store_api;
