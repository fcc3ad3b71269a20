-- Sets the bank account that an account's money is sent to. Payouts that were requested before go where they were to
-- go. Setting the same one again changes nothing.
-- Callers:   api.set_bank_account, for the caller's own account.
-- Locks:     the account.
-- Errors:    iban_invalid 422.
-- Definer:   store_api cannot read or write bank accounts.
CREATE OR REPLACE FUNCTION payments.replace_bank_account(account_id uuid, iban text, bic text, holder text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_iban CONSTANT text := upper(regexp_replace(replace_bank_account.iban, '\s', '', 'g'));
    v_id   uuid;
BEGIN
    IF NOT payments.is_iban(v_iban) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'iban_invalid',
            MESSAGE = 'This is not a valid IBAN.', HINT = 'Compare it with your bank statement.';
    END IF;
    PERFORM FROM identity.accounts AS a WHERE a.id = replace_bank_account.account_id FOR NO KEY UPDATE;
    UPDATE payments.bank_accounts AS b SET replaced_at = now()
    WHERE b.account_id = replace_bank_account.account_id AND b.replaced_at IS NULL
      AND (b.iban, b.bic, b.holder)
          IS DISTINCT FROM (v_iban, upper(replace_bank_account.bic), replace_bank_account.holder);
    INSERT INTO payments.bank_accounts AS b (account_id, iban, bic, holder)
    VALUES (replace_bank_account.account_id, v_iban, upper(replace_bank_account.bic), replace_bank_account.holder)
    ON CONFLICT DO NOTHING
    RETURNING b.id INTO v_id;
    IF v_id IS NOT NULL THEN
        PERFORM messaging.record_event('account.bank_account_changed', NULL, a.id,
            jsonb_build_object('role', a.role, 'status', a.status))
        FROM identity.accounts AS a WHERE a.id = replace_bank_account.account_id;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION payments.replace_bank_account TO store_api;
