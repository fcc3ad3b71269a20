-- Records the event of a change of credit, according to its status: credit.granted, credit.deducted, credit.pending or
-- credit.rejected.
-- Callers:   add_staff_change, change_credit, approve_credit_change, reject_credit_change.
CREATE OR REPLACE FUNCTION ledger.record_credit_change(change ledger.credit_changes)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- The others have an event of their own once they are done: gift_card.issued, payment.completed, refund.completed.
    IF change.status = 'completed' AND change.kind NOT IN ('grant', 'deduction') THEN
        RETURN;
    END IF;
    PERFORM messaging.record_event(
        'credit.' || CASE
            WHEN change.status <> 'completed' THEN change.status
            WHEN change.kind = 'grant' THEN 'granted'
            ELSE 'deducted'
        END,
        NULL, change.account_id, jsonb_build_object(
            'credit_change_id', change.id, 'kind', change.kind, 'status', change.status, 'amount', change.amount,
            'currency', change.currency));
END $$;

GRANT EXECUTE ON FUNCTION ledger.record_credit_change TO store_api;
