-- Reports that the money of a payout cannot be sent, and makes it available again. Idempotent.
-- Locks:  the payout, then the ledger account.
-- Errors: confirmation_required, own_account_refused 403; payout_not_found 404, payout_completed 409.
CREATE FUNCTION api.reject_payout(payout_id uuid, failure_code api.failure_code)
RETURNS api.payout
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_payout payments.payouts;
BEGIN
    PERFORM identity.require_fresh();
    PERFORM identity.refuse_own_account((payments.lock_payout(reject_payout.payout_id)).account_id);
    PERFORM payments.mark_payout_failed(reject_payout.payout_id, reject_payout.failure_code);
    SELECT * INTO STRICT v_payout FROM payments.payouts AS p WHERE p.id = reject_payout.payout_id;
    IF v_payout.status <> 'failed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payout_completed',
            MESSAGE = 'This payout has already been sent.';
    END IF;
    RETURN api.render_payout(v_payout);
END $$;

COMMENT ON FUNCTION api.reject_payout IS
'Report that a payout cannot be sent

The held amount is available again.';

GRANT EXECUTE ON FUNCTION api.reject_payout TO app_support;
