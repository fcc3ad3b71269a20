-- Unlocks a wallet.
-- Callers:   api.unlock_wallet.
-- Locks:     the lock's row.
-- Errors:    own_account_refused 403; account_not_found 404, wallet_not_locked 409.
CREATE OR REPLACE FUNCTION ledger.unlock_wallet(account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account CONSTANT identity.accounts := ledger.require_account(unlock_wallet.account_id);
BEGIN
    PERFORM identity.refuse_own_account(v_account.id);
    DELETE FROM ledger.wallet_locks AS l WHERE l.account_id = v_account.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'wallet_not_locked',
            MESSAGE = 'This wallet is not locked.';
    END IF;
    PERFORM messaging.record_event('wallet.unlocked', NULL, v_account.id, jsonb_build_object('locked', false));
END $$;

GRANT EXECUTE ON FUNCTION ledger.unlock_wallet TO store_api;
