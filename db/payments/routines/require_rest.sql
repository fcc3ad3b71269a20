-- Raises an error unless a payment has an amount that was not applied, because a refund of it is made again: it may
-- have been refunded anew meanwhile. What came back and pays a waiting order again is taken from that.
-- Callers:   settle_refund, api.retry_refund.
-- Locks:     the payment. The caller holds the order.
-- Errors:    refund_above_payment 409.
CREATE OR REPLACE FUNCTION payments.require_rest(payment_id uuid, amount bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_lacking CONSTANT bigint := require_rest.amount - payments.unapplied_rest(require_rest.payment_id);
BEGIN
    IF require_rest.amount = 0 OR v_lacking <= 0 THEN
        RETURN;
    ELSIF payments.refundable_from_order(require_rest.payment_id) < v_lacking OR NOT EXISTS (
        SELECT FROM payments.payments AS p JOIN sales.orders AS o ON o.id = p.order_id
        WHERE p.id = require_rest.payment_id AND o.status = 'pending')
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_above_payment',
            MESSAGE = 'Refunds cannot exceed the amount that was paid.',
            HINT = 'This money has been refunded anew, or pays the order again: refund the payment.',
            DETAIL = json_build_object('refundable', require_rest.amount - v_lacking)::text;
    END IF;
    PERFORM payments.unapply_payment(require_rest.payment_id, v_lacking);
END $$;

GRANT EXECUTE ON FUNCTION payments.require_rest TO store_api;
