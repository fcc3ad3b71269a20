-- Refuses a payout to an account that none may be made to; answers the bank account that it goes to.
-- Callers:   request_payout.
-- Errors:    account_suspended, merchant_not_approved 403; bank_account_missing 409.
-- Definer:   store_api cannot read bank accounts.
CREATE OR REPLACE FUNCTION payments.require_payee(account_id uuid, source text)
RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account identity.accounts;
    v_bank_id uuid;
BEGIN
    SELECT * INTO STRICT v_account FROM identity.accounts AS a WHERE a.id = require_payee.account_id;
    IF v_account.status <> 'active' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'account_suspended',
            MESSAGE = 'This account is suspended.', HINT = 'Write to customer service.';
    ELSIF require_payee.source = 'earnings' AND v_account.merchant_approved_at IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'merchant_not_approved',
            MESSAGE = 'You cannot be paid out yet: the shop has not approved you as a merchant.',
            HINT = 'Write to customer service.';
    END IF;
    SELECT b.id INTO v_bank_id FROM payments.bank_accounts AS b
    WHERE b.account_id = v_account.id AND b.replaced_at IS NULL AND b.iban IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'bank_account_missing',
            MESSAGE = 'There is no bank account to send the money to.',
            HINT = 'Store one first: PUT /account/bank-account.';
    END IF;
    RETURN v_bank_id;
END $$;

GRANT EXECUTE ON FUNCTION payments.require_payee TO store_api;
