-- The caller's bank account, masked.
-- Errors: bank_account_not_found 404.
CREATE FUNCTION api.get_bank_account()
RETURNS api.bank_account
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_bank  CONSTANT payments.bank_accounts := payments.find_bank_account(v_actor);
BEGIN
    IF v_bank.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'bank_account_not_found',
            MESSAGE = 'You have not stored a bank account.';
    END IF;
    RETURN ROW(v_bank.id, v_bank.iban, v_bank.bic, v_bank.holder, v_bank.created_at)::api.bank_account;
END $$;

COMMENT ON FUNCTION api.get_bank_account IS
'Your bank account

Where withdrawals and payouts are sent. Of the IBAN only the country and the last four characters are shown.';

GRANT EXECUTE ON FUNCTION api.get_bank_account TO app_customer;
