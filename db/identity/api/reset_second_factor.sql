-- Removes another person's second factor.
-- Locks:  the account, its sessions.
-- Errors: confirmation_required, own_account_refused 403; account_not_found, second_factor_missing 404.
CREATE FUNCTION api.reset_second_factor(account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
    PERFORM identity.require_fresh();
    PERFORM identity.reset_second_factor(reset_second_factor.account_id);
END $$;

COMMENT ON FUNCTION api.reset_second_factor IS
'Reset a second factor

For a person who lost the device and the recovery codes: make sure that it is them. Their sessions end, the next log-in
asks for no code, and they get a mail. Not your own.';

GRANT EXECUTE ON FUNCTION api.reset_second_factor TO app_admin;
