-- Applies a gateway's report about a dispute: its status, and the money that the gateway has moved because of it. In
-- whatever order the reports arrive and how often, the same is stored: of the statuses the one that was reported last
-- (at the same moment, the later one in the life of a dispute), of the movements all, once each. A dispute of a payment
-- that is not known yet waits for it.
-- Callers:   api.receive_gateway_event, which holds the event and the charge.
-- Returns:   whether anything changed.
-- Locks:     order, payment, those of settle_disputes.
CREATE OR REPLACE FUNCTION payments.receive_dispute_event(
    provider text, payment_id uuid, charge_reference text, case_reference text, status text, amount bigint,
    currency text, reason text, reported_at timestamptz, movements jsonb
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- in the order of a dispute's life; an inquiry may become a dispute
    v_statuses CONSTANT text[] := ARRAY[
        'unknown', 'warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response',
        'under_review', 'prevented', 'lost', 'appeal_needs_response', 'appeal_under_review', 'won'];
    v_status   CONSTANT text := CASE WHEN receive_dispute_event.status = ANY (v_statuses)
                                     THEN receive_dispute_event.status ELSE 'unknown' END;
    v_at       CONSTANT timestamptz := coalesce(receive_dispute_event.reported_at, '-infinity');
    v_dispute  payments.disputes;
    v_new      boolean;     -- to its payment
    v_newer    boolean := true;
    v_moved    boolean;
BEGIN
    IF receive_dispute_event.payment_id IS NOT NULL THEN
        PERFORM payments.lock_payment(receive_dispute_event.payment_id);
    END IF;
    IF receive_dispute_event.case_reference IS NULL
       OR coalesce(receive_dispute_event.amount, 0) NOT BETWEEN 1 AND 1000000000000000 THEN
        RETURN false;
    END IF;
    SELECT * INTO v_dispute FROM payments.disputes AS d
    WHERE d.provider = receive_dispute_event.provider AND d.case_reference = receive_dispute_event.case_reference;
    v_new := NOT FOUND;
    IF v_new THEN
        INSERT INTO payments.disputes AS d (payment_id, provider, charge_reference, case_reference, status, amount,
                                            currency, reason, reported_at, closed_at)
        VALUES (receive_dispute_event.payment_id, receive_dispute_event.provider,
                receive_dispute_event.charge_reference, receive_dispute_event.case_reference, v_status,
                receive_dispute_event.amount, upper(receive_dispute_event.currency), receive_dispute_event.reason,
                v_at, CASE WHEN payments.dispute_has_ended(v_status) THEN now() END)
        RETURNING d.* INTO STRICT v_dispute;
    ELSE
        v_newer := (v_at, array_position(v_statuses, v_status))
            > (v_dispute.reported_at, array_position(v_statuses, v_dispute.status));
        UPDATE payments.disputes AS d
        SET status = v_status, amount = receive_dispute_event.amount, reason = receive_dispute_event.reason,
            reported_at = v_at,
            closed_at = CASE WHEN payments.dispute_has_ended(v_status) THEN coalesce(d.closed_at, now()) END
        WHERE d.id = v_dispute.id AND v_newer;
        IF v_dispute.payment_id IS NULL AND receive_dispute_event.payment_id IS NOT NULL THEN
            UPDATE payments.disputes AS d SET payment_id = receive_dispute_event.payment_id
            WHERE d.id = v_dispute.id;
            v_new := true;
        END IF;
    END IF;

    INSERT INTO payments.dispute_movements (dispute_id, reference, amount, fee, fee_currency)
    SELECT v_dispute.id, m.reference, m.amount, coalesce(m.fee, 0), upper(m.fee_currency)
    FROM jsonb_to_recordset(coalesce(receive_dispute_event.movements, '[]'))
         AS m (reference text, amount bigint, fee bigint, fee_currency text)
    WHERE m.reference IS NOT NULL AND m.amount IS NOT NULL
    ON CONFLICT ON CONSTRAINT dispute_movements_pkey DO NOTHING;
    v_moved := FOUND;

    IF receive_dispute_event.payment_id IS NOT NULL THEN
        IF v_new OR v_newer AND v_status <> v_dispute.status THEN
            PERFORM payments.record_dispute_event(v_dispute.id, v_new);
        END IF;
        PERFORM payments.settle_disputes(receive_dispute_event.payment_id);
    END IF;
    RETURN v_new OR v_newer AND v_status <> v_dispute.status OR v_moved;
END $$;

GRANT EXECUTE ON FUNCTION payments.receive_dispute_event TO store_api;
