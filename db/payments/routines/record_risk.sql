-- Records how risky a gateway finds a payment. The highest level counts, so the order of events does not matter. An
-- elevated risk holds the order, unless a person has already judged this payment.
-- Callers:   api.receive_gateway_event.
-- Returns:   whether anything changed.
-- Locks:     order, payment, and those of sales.follow_holds.
CREATE OR REPLACE FUNCTION payments.record_risk(payment_id uuid, level text, reason text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_levels  CONSTANT text[] := '{unknown,normal,elevated,highest}';
    v_rank    CONSTANT integer := coalesce(array_position(v_levels, record_risk.level), 1);
    v_payment CONSTANT payments.payments := payments.lock_payment(record_risk.payment_id);
BEGIN
    IF v_rank <= coalesce(array_position(v_levels, v_payment.risk_level), 0) THEN
        RETURN false;
    END IF;
    UPDATE payments.payments AS p
    SET risk_level = v_levels[v_rank], version = p.version + 1,
        risk_reason = CASE WHEN p.risk_reason LIKE 'review\_%' THEN p.risk_reason ELSE record_risk.reason END
    WHERE p.id = v_payment.id;
    IF v_rank > 2 AND v_payment.order_id IS NOT NULL THEN
        INSERT INTO sales.order_holds (order_id, payment_id, cause, reason, released_at, release_reason)
        SELECT v_payment.order_id, v_payment.id, 'risk', 'The payment provider sees a risk in a payment.',
               max(h.released_at), max(h.release_reason)
        FROM sales.order_holds AS h WHERE h.payment_id = v_payment.id
        ON CONFLICT ON CONSTRAINT order_held_twice DO NOTHING;
        PERFORM sales.follow_holds(v_payment.order_id);
    END IF;
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION payments.record_risk TO store_api;
