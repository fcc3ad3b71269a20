-- Raises an error if customer service has locked the wallet. Refunds into it do not call this: they still arrive.
-- Callers:   payments.begin_attempt, payments.request_payout.
-- Errors:    wallet_locked 409.
CREATE OR REPLACE FUNCTION ledger.require_unlocked_wallet(account_id uuid)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger.wallet_locks AS l WHERE l.account_id = require_unlocked_wallet.account_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'wallet_locked',
            MESSAGE = 'This wallet is locked.', HINT = 'Ask customer service.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION ledger.require_unlocked_wallet TO store_api;
