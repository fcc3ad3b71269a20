-- Records that a payout was sent: the held amount leaves the account. Idempotent; a failed payout stays failed, since
-- its money is available again.
-- Callers:   api.complete_payout, api.confirm_payout.
-- Returns:   whether anything changed.
-- Locks:     the payout, a shared advisory lock of its owner, then the ledger account.
-- Errors:    payout_not_found 404, payout_suspended 409.
CREATE OR REPLACE FUNCTION payments.mark_payout_completed(payout_id uuid, provider_reference text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payout payments.payouts := payments.lock_payout(mark_payout_completed.payout_id);
BEGIN
    IF v_payout.status <> 'pending' THEN
        RETURN false;
    END IF;
    -- A suspension waits for this transaction (catalog.follow_seller), or is seen by it.
    PERFORM pg_advisory_xact_lock_shared(uuid_hash_extended(v_payout.account_id, 1));
    IF EXISTS (SELECT FROM identity.accounts AS a
               WHERE a.id = v_payout.account_id
                 AND (a.status = 'suspended' OR v_payout.source = 'earnings' AND a.role NOT IN ('merchant', 'admin')))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payout_suspended',
            MESSAGE = 'The owner of this payout is suspended, or no longer a merchant.',
            HINT = 'Reinstate the owner, or report that the payout cannot be sent: its money is then available again.';
    END IF;
    PERFORM ledger.post_hold(v_payout.hold_id);
    UPDATE payments.payouts AS p
    SET status = 'completed', provider_reference = mark_payout_completed.provider_reference, completed_at = now()
    WHERE p.id = v_payout.id
    RETURNING p.* INTO STRICT v_payout;
    PERFORM payments.record_payout_event(v_payout, 'completed');
    RETURN true;
END $$;

COMMENT ON FUNCTION payments.mark_payout_completed IS
'Internal: books a payout that was transferred. Customer service reports it with api.confirm_payout.';
GRANT EXECUTE ON FUNCTION payments.mark_payout_completed TO store_api;
