-- The rules of a payment's row, called by the table's one CHECK (see sales.keeps_order_rules).
-- Callers:   constraint payment_rules on payments.payments.
-- Errors:    refund_above_payment, capture_above_authorization, payment_waits_for_carrier, payment_amount_out_of_range,
--            payment_applied_within_captured, payment_captured_when_completed, payment_is_malformed 409.
CREATE OR REPLACE FUNCTION payments.keeps_payment_rules(p payments.payments)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p.status IN ('initiated', 'open', 'authorized', 'processing', 'completed', 'failed', 'expired', 'cancelled')
        AND p.amount BETWEEN 1 AND 1000000000000000 AND p.amount_applied BETWEEN 0 AND p.amount_captured
        AND p.amount_refunded BETWEEN 0 AND p.amount_captured AND (p.status = 'completed') = (p.amount_captured > 0)
        AND p.purpose IN ('order', 'deposit') AND (p.purpose = 'order') = (p.order_id IS NOT NULL)
        AND p.capture_method IN ('automatic', 'manual')
        AND (p.risk_level IS NULL OR p.risk_level IN ('unknown', 'normal', 'elevated', 'highest'))
        AND (p.capture_amount IS NULL OR p.capture_amount BETWEEN 1 AND p.amount AND p.hold_id IS NULL)
    THEN
        RETURN true;
    ELSIF p.amount_refunded NOT BETWEEN 0 AND p.amount_captured THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_above_payment',
            MESSAGE = 'Refunds cannot exceed the amount that was paid.';
    ELSIF p.capture_amount NOT BETWEEN 1 AND p.amount THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'capture_above_authorization',
            MESSAGE = 'This is more than the authorised amount.';
    ELSIF p.capture_amount IS NOT NULL AND p.hold_id IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_waits_for_carrier',
            MESSAGE = 'This credit is captured when the carrier accepts the parcel; it cannot be captured by hand.';
    ELSIF p.amount NOT BETWEEN 1 AND 1000000000000000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_amount_out_of_range',
            MESSAGE = 'The payment''s amount is out of range.';
    ELSIF p.amount_applied NOT BETWEEN 0 AND p.amount_captured THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_applied_within_captured',
            MESSAGE = 'A payment cannot pay more than it captured.';
    ELSIF (p.status = 'completed') <> (p.amount_captured > 0) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_captured_when_completed',
            MESSAGE = 'A completed payment has a captured amount, and no other payment has one.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_is_malformed',
        MESSAGE = 'The payment''s status, purpose, capture method or risk is unknown.';
END $$;

GRANT EXECUTE ON FUNCTION payments.keeps_payment_rules TO store_api;
