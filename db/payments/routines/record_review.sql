-- Records that a gateway's review of a payment was opened, or closed with a reason, in any order. A review holds the
-- order. Its approval ends that hold and the one for the payment's risk; another reason, such as refunded, does not.
-- Callers:   api.receive_gateway_event.
-- Returns:   whether anything changed.
-- Locks:     order, payment, and those of sales.follow_holds.
CREATE OR REPLACE FUNCTION payments.record_review(payment_id uuid, case_reference text, closed_reason text DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment  CONSTANT payments.payments := payments.lock_payment(record_review.payment_id);
    v_approved CONSTANT boolean := coalesce(record_review.closed_reason = 'approved', false);
    v_changed  boolean;
BEGIN
    UPDATE payments.payments AS p
    SET risk_reason = 'review_' || coalesce(record_review.closed_reason, 'opened'), version = p.version + 1
    WHERE p.id = v_payment.id
      AND (record_review.closed_reason IS NOT NULL OR coalesce(p.risk_reason, '') NOT LIKE 'review\_%');
    v_changed := FOUND;
    IF v_payment.order_id IS NOT NULL THEN
        INSERT INTO sales.order_holds (order_id, payment_id, cause, case_reference, reason)
        VALUES (v_payment.order_id, v_payment.id, 'review', coalesce(record_review.case_reference, ''),
                'The payment provider reviews a payment.')
        ON CONFLICT ON CONSTRAINT order_held_twice DO NOTHING;
        v_changed := FOUND OR v_changed;
        IF v_approved THEN
            UPDATE sales.order_holds AS h SET released_at = now(), release_reason = 'review_approved'
            WHERE h.payment_id = v_payment.id AND h.released_at IS NULL
              AND (h.cause = 'risk' OR h.case_reference = coalesce(record_review.case_reference, ''));
        END IF;
        PERFORM sales.follow_holds(v_payment.order_id, CASE WHEN v_approved THEN 'review_approved' END);
    END IF;
    RETURN v_changed;
END $$;

GRANT EXECUTE ON FUNCTION payments.record_review TO store_api;
