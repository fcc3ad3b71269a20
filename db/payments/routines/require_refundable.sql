-- Raises an error if a payment cannot be refunded now.
-- Callers:   refund_lines, api.create_refund, settle_refund.
-- Errors:    payment_disputed 409.
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
            MESSAGE = 'The payer disputes this payment, so the gateway refuses refunds of it.',
            HINT = 'Wait until the dispute is closed.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION payments.require_refundable TO store_api;
