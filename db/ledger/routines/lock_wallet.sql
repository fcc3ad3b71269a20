-- Locks a wallet. It waits for transactions that move its money, so that none moves once the lock is committed.
-- Callers:   api.lock_wallet.
-- Locks:     the wallet's ledger accounts, by id.
-- Errors:    own_account_refused 403; account_not_found 404, wallet_locked 409.
CREATE OR REPLACE FUNCTION ledger.lock_wallet(account_id uuid, reason text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account CONSTANT identity.accounts := ledger.require_account(lock_wallet.account_id);
    v_wallet  uuid;
BEGIN
    PERFORM identity.refuse_own_account(v_account.id);
    FOR v_wallet IN
        SELECT b.account_id FROM ledger.read_balances(v_account.id, 'wallet') AS b ORDER BY b.account_id
    LOOP
        PERFORM ledger.lock_available(v_wallet);
    END LOOP;
    INSERT INTO ledger.wallet_locks (account_id, reason, locked_by)
    VALUES (v_account.id, lock_wallet.reason, identity.current_actor())
    ON CONFLICT ON CONSTRAINT wallet_locks_pkey DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'wallet_locked',
            MESSAGE = 'This wallet is already locked.';
    END IF;
    PERFORM messaging.record_event('wallet.locked', NULL, v_account.id, jsonb_build_object('locked', true));
END $$;

GRANT EXECUTE ON FUNCTION ledger.lock_wallet TO store_api;
