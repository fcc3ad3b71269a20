-- The caller's export. When it is completed, the web tier sends the file instead.
-- Errors: session_required 403, export_not_found 404.
CREATE FUNCTION api.get_account_export()
RETURNS api.account_export
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_export identity.account_exports;
BEGIN
    PERFORM identity.require_session();
    SELECT * INTO v_export
    FROM identity.account_exports AS e
    WHERE e.account_id = v_actor AND e.expires_at > now();
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'export_not_found',
            MESSAGE = 'There is no export of your data.', HINT = 'Ask for one with POST /v1/account/export.';
    END IF;
    RETURN api.render_account_export(v_export);
END $$;

COMMENT ON FUNCTION api.get_account_export IS
'Get the export of your data

While it is prepared: `{id, status, …}`. Then the file: `{id, status, created_at, data}`; `data` has a list of rows for
each kind of thing that is stored. References of payment providers and account numbers are masked.';

GRANT EXECUTE ON FUNCTION api.get_account_export TO app_customer;
