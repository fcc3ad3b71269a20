-- Raises an error if a payment cannot be refunded now.
-- Callers:   refund_lines, api.create_refund.
-- Errors:    payment_disputed, refund_came_back 409.
CREATE OR REPLACE FUNCTION payments.require_refundable(payment_id uuid)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- An inquiry has taken nothing, and a refund ends it.
    IF EXISTS (
        SELECT FROM payments.disputes AS d
        WHERE d.payment_id = require_refundable.payment_id
          AND (NOT payments.dispute_has_ended(d.status)
               AND d.status NOT IN ('warning_needs_response', 'warning_under_review')
               OR EXISTS (SELECT FROM payments.dispute_holds AS h WHERE h.dispute_id = d.id)))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_disputed',
            MESSAGE = 'The payer disputes this payment: the gateway refuses to refund it.',
            HINT = 'Wait until the dispute is closed.';
    END IF;
    -- Its credit note stays valid and covers only a retry of it: another refund of the same lines, through any payment,
    -- would credit them twice.
    IF EXISTS (
        SELECT FROM payments.payments AS p
        JOIN payments.refunds AS r ON r.payment_id = p.id OR r.order_id = p.order_id AND r.from_order > 0
        WHERE p.id = require_refundable.payment_id AND r.status = 'failed' AND payments.was_credited(r.id)
          AND NOT EXISTS (SELECT FROM payments.refunds AS t WHERE t.retry_of = r.id))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_came_back',
            MESSAGE = 'The payer''s bank has returned a refund of this payment or its order.',
            HINT = 'Retry that refund first.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION payments.require_refundable TO store_api;
