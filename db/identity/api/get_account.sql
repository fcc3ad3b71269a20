-- The caller's own account.
CREATE FUNCTION api.get_account()
RETURNS api.account
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_account identity.accounts;
BEGIN
    SELECT * INTO STRICT v_account FROM identity.accounts WHERE id = v_actor;
    RETURN api.render_account(v_account);
END $$;

COMMENT ON FUNCTION api.get_account IS
'Get your account';

GRANT EXECUTE ON FUNCTION api.get_account TO app_guest;
