-- Removes another person's second factor, for one who lost their device and their recovery codes. Every session of that
-- account ends, and its owner gets a mail.
-- Callers:   api.reset_second_factor.
-- Locks:     the account, its sessions.
-- Errors:    own_account_refused 403; account_not_found, second_factor_missing 404.
-- Definer:   writes second factors and sessions.
CREATE OR REPLACE FUNCTION identity.reset_second_factor(account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.refuse_own_account(reset_second_factor.account_id);
    IF NOT EXISTS (SELECT FROM identity.accounts AS a WHERE a.id = reset_second_factor.account_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'account_not_found',
            MESSAGE = 'There is no such account.';
    END IF;
    PERFORM identity.remove_second_factor(reset_second_factor.account_id);
    PERFORM identity.end_other_sessions(reset_second_factor.account_id, NULL);
    PERFORM identity.report_second_factor(reset_second_factor.account_id, 'reset');
END $$;

GRANT EXECUTE ON FUNCTION identity.reset_second_factor TO store_api;
