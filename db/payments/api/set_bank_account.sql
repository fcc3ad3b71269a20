-- Stores the bank account that the caller's withdrawals and payouts are sent to.
-- Locks:  the account.
-- Errors: confirmation_required 403; iban_invalid 422.
CREATE DOMAIN api.account_holder AS api.line
    CONSTRAINT holder_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 70);
COMMENT ON DOMAIN api.account_holder IS
'The name of the holder, 1 to 70 characters on one line, none of them invisible.
Example: "Lamp & Co."';

CREATE FUNCTION api.set_bank_account(iban api.short_text, holder api.account_holder, bic api.bic DEFAULT NULL)
RETURNS api.bank_account
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_fresh();
    PERFORM payments.replace_bank_account(v_actor, set_bank_account.iban, set_bank_account.bic,
                                          set_bank_account.holder);
    RETURN api.get_bank_account();
END $$;

COMMENT ON FUNCTION api.set_bank_account IS
'Set your bank account

Where withdrawals and payouts are sent from now on; those already requested go to the account you had then. Spaces in
the IBAN do not matter.';

GRANT EXECUTE ON FUNCTION api.set_bank_account TO app_customer;
