-- Locks a pending change of credit, so that only one of several concurrent decisions counts.
-- Callers:   approve_credit_change, reject_credit_change.
-- Locks:     order and payment (of a deposit or a refund), the credit change.
-- Errors:    credit_change_not_found 404, credit_change_decided 409.
CREATE OR REPLACE FUNCTION ledger.lock_pending_credit_change(change_id uuid)
RETURNS ledger.credit_changes
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_change ledger.credit_changes;
BEGIN
    -- The order and the payment first, as the functions that make these requests do.
    PERFORM payments.lock_payment(coalesce(c.payment_id, r.payment_id))
    FROM ledger.credit_changes AS c
    LEFT JOIN payments.refunds AS r ON r.id = c.refund_id
    WHERE c.id = lock_pending_credit_change.change_id AND coalesce(c.payment_id, r.payment_id) IS NOT NULL;
    SELECT * INTO v_change
    FROM ledger.credit_changes AS c
    WHERE c.id = lock_pending_credit_change.change_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'credit_change_not_found',
            MESSAGE = 'There is no such change of credit.';
    END IF;
    IF v_change.status <> 'pending' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'credit_change_decided',
            MESSAGE = format('This change of credit is %s.', v_change.status),
            HINT = 'It no longer waits for a decision.',
            DETAIL = json_build_object('credit_status', v_change.status)::text;
    END IF;
    RETURN v_change;
END $$;

GRANT EXECUTE ON FUNCTION ledger.lock_pending_credit_change TO store_api;
