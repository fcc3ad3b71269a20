-- Removes the second factor of an account with its recovery codes; one that is only being set up counts as none.
-- Callers:   disable_second_factor, reset_second_factor. Not granted to store_api.
-- Locks:     the account, the counted attempts.
-- Errors:    second_factor_missing 404.
CREATE OR REPLACE FUNCTION identity.remove_second_factor(account_id uuid)
RETURNS identity.accounts
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account identity.accounts;
BEGIN
    SELECT * INTO STRICT v_account FROM identity.accounts AS a
    WHERE a.id = remove_second_factor.account_id FOR NO KEY UPDATE;
    DELETE FROM identity.second_factors AS f
    WHERE f.account_id = v_account.id AND f.confirmed_at IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'second_factor_missing',
            MESSAGE = 'This account has no second factor.';
    END IF;
    PERFORM identity.forget_codes(v_account.id);
    RETURN v_account;
END $$;
