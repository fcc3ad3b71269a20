-- The bank account that an account's money is sent to, as its owner reads it: the IBAN masked. NULL if there is none.
-- Callers:   api.get_bank_account, api.set_bank_account. They pass the caller's own account.
-- Definer:   store_api cannot read bank accounts.
CREATE OR REPLACE FUNCTION payments.find_bank_account(account_id uuid)
RETURNS payments.bank_accounts
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_bank payments.bank_accounts;
BEGIN
    SELECT * INTO v_bank FROM payments.bank_accounts AS b
    WHERE b.account_id = find_bank_account.account_id AND b.replaced_at IS NULL AND b.iban IS NOT NULL;
    v_bank.iban := left(v_bank.iban, 2) || '••••' || right(v_bank.iban, 4);
    RETURN v_bank;
END $$;

GRANT EXECUTE ON FUNCTION payments.find_bank_account TO store_api;
