-- The part of a payment that was applied (to its order, or the wallet) and has not been refunded. Correct only while
-- the caller holds the order.
-- Callers:   refund_order, refund_lines, adopt_refund, settle_disputes, take_dispute, api.create_refund,
--            api.retry_refund.
CREATE OR REPLACE FUNCTION payments.refundable_from_order(payment_id uuid)
RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT p.amount_applied - coalesce((
        SELECT sum(r.from_order)::bigint
        FROM payments.refunds AS r
        WHERE r.payment_id = p.id AND (r.status <> 'failed' OR r.owed)), 0)
    FROM payments.payments AS p WHERE p.id = refundable_from_order.payment_id
);

GRANT EXECUTE ON FUNCTION payments.refundable_from_order TO store_api;
