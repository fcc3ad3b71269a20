-- Records that a payout could not be sent: the held amount is available to its owner again. Idempotent; a completed
-- payout stays completed.
-- Callers:   api.fail_payout, api.reject_payout.
-- Returns:   whether anything changed.
-- Locks:     the payout, then the ledger account.
-- Errors:    payout_not_found 404.
CREATE OR REPLACE FUNCTION payments.mark_payout_failed(payout_id uuid, failure_code text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payout payments.payouts := payments.lock_payout(mark_payout_failed.payout_id);
BEGIN
    IF v_payout.status <> 'pending' THEN
        RETURN false;
    END IF;
    PERFORM ledger.void_hold(v_payout.hold_id);
    UPDATE payments.payouts AS p SET status = 'failed', failure_code = mark_payout_failed.failure_code
    WHERE p.id = v_payout.id
    RETURNING p.* INTO STRICT v_payout;
    PERFORM payments.record_payout_event(v_payout, 'failed');
    RETURN true;
END $$;

COMMENT ON FUNCTION payments.mark_payout_failed IS
'Internal: a payout could not be transferred; its money is available again.';
GRANT EXECUTE ON FUNCTION payments.mark_payout_failed TO store_api;
