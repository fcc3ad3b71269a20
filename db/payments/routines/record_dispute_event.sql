-- Records the event of a dispute that became known (opened), or whose status changed.
-- Callers:   receive_dispute_event; settle_disputes, for a dispute that waited for its payment.
CREATE OR REPLACE FUNCTION payments.record_dispute_event(dispute_id uuid, opened boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_dispute payments.disputes;
    v_payment payments.payments;
BEGIN
    SELECT * INTO STRICT v_dispute FROM payments.disputes AS d WHERE d.id = record_dispute_event.dispute_id;
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_dispute.payment_id;
    PERFORM messaging.record_event(
        'dispute.' || CASE WHEN v_dispute.status IN ('won', 'lost') THEN v_dispute.status
                           WHEN payments.dispute_has_ended(v_dispute.status) THEN 'closed'
                           WHEN record_dispute_event.opened THEN 'opened'
                           ELSE 'updated' END,
        v_payment.order_id, v_payment.account_id,
        jsonb_build_object('dispute_id', v_dispute.id, 'payment_id', v_payment.id, 'status', v_dispute.status,
                           'amount', v_dispute.amount, 'reason', v_dispute.reason,
                           'currency', coalesce(v_payment.captured_currency, v_payment.currency)));
END $$;

GRANT EXECUTE ON FUNCTION payments.record_dispute_event TO store_api;
