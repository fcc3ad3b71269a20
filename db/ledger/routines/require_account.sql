-- Reads an account, or raises an error if it does not exist.
-- Callers:   change_credit, approve_credit_change, lock_wallet, unlock_wallet, and the endpoints of customer service
--            that name an account.
-- Errors:    account_not_found 404.
CREATE OR REPLACE FUNCTION ledger.require_account(account_id uuid)
RETURNS identity.accounts
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account identity.accounts;
BEGIN
    SELECT * INTO v_account FROM identity.accounts AS a WHERE a.id = require_account.account_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'account_not_found',
            MESSAGE = 'There is no such account.';
    END IF;
    RETURN v_account;
END $$;

GRANT EXECUTE ON FUNCTION ledger.require_account TO store_api;
