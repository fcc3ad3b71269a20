-- Money of a payment that has gone (a lost dispute, a refund at the gateway) no longer pays an order that waits for the
-- rest: it becomes unapplied, and what is due grows by it. An order that was paid keeps it, and counts a refund.
-- Callers:   record_refund, require_rest.
-- Locks:     the payment. The caller holds the order.
CREATE OR REPLACE FUNCTION payments.unapply_payment(payment_id uuid, amount bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
BEGIN
    UPDATE payments.payments AS p
    SET amount_applied = p.amount_applied - unapply_payment.amount, version = p.version + 1
    WHERE p.id = unapply_payment.payment_id
    RETURNING p.* INTO STRICT v_payment;
    PERFORM sales.withdraw_payment(v_payment.order_id, unapply_payment.amount);
    PERFORM ledger.post_transfer(ledger.open_account('sales', v_payment.captured_currency),
                                 ledger.open_account('unapplied', v_payment.captured_currency),
                                 unapply_payment.amount, 'payment_unapplied', order_id => v_payment.order_id,
                                 payment_id => v_payment.id);
END $$;

GRANT EXECUTE ON FUNCTION payments.unapply_payment TO store_api;
