-- An account with its last log-in, for customer service.
-- Errors: account_not_found 404.
CREATE FUNCTION api.get_any_account(account_id uuid)
RETURNS api.admin_account
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_account identity.accounts;
BEGIN
    SELECT * INTO v_account FROM identity.accounts AS a WHERE a.id = get_any_account.account_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'account_not_found',
            MESSAGE = 'There is no such account.';
    END IF;
    RETURN api.render_admin_account(v_account);
END $$;

COMMENT ON FUNCTION api.get_any_account IS
'Get any account';

GRANT EXECUTE ON FUNCTION api.get_any_account TO app_support;
