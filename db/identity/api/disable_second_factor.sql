-- Removes the caller's own second factor.
-- Locks:  the account, its sessions.
-- Errors: confirmation_required, code_required 403; second_factor_missing 404.
CREATE FUNCTION api.disable_second_factor()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
    PERFORM identity.require_fresh();
    PERFORM identity.disable_second_factor();
END $$;

COMMENT ON FUNCTION api.disable_second_factor IS
'Turn the second factor off

Needs a code of the app, or a recovery code, within the last ten minutes: at log-in, or sent to
`POST /v1/sessions/current/confirm`; otherwise the answer is 403 `code_required`. A mail tells you. Where the shop
requires a second factor of its staff, only setting up another one is possible afterwards.';

GRANT EXECUTE ON FUNCTION api.disable_second_factor TO app_customer;
