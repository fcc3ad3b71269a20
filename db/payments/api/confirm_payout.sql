-- Confirms that a person has sent the money by bank. Idempotent.
-- Locks:  the payout, then the ledger account.
-- Errors: confirmation_required 403; payout_not_found 404; payout_failed, payout_suspended 409; own_account_refused
--         403.
CREATE FUNCTION api.confirm_payout(payout_id uuid, provider_reference api.short_text)
RETURNS api.payout
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_payout payments.payouts;
BEGIN
    PERFORM identity.require_fresh();
    PERFORM identity.refuse_own_account((payments.lock_payout(confirm_payout.payout_id)).account_id);
    PERFORM payments.mark_payout_completed(confirm_payout.payout_id, confirm_payout.provider_reference);
    SELECT * INTO STRICT v_payout FROM payments.payouts AS p WHERE p.id = confirm_payout.payout_id;
    IF v_payout.status <> 'completed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payout_failed', MESSAGE = 'This payout has failed.',
            HINT = 'Its money is back in the account; the owner can request a new payout.';
    END IF;
    RETURN api.render_payout(v_payout);
END $$;

COMMENT ON FUNCTION api.confirm_payout IS
'Confirm that a payout was sent

`provider_reference` is the reference of the bank. The held amount leaves the account.';

GRANT EXECUTE ON FUNCTION api.confirm_payout TO app_support;
