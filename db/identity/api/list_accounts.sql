-- All accounts, newest first, for customer service.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_accounts(
    q api.search_text DEFAULT NULL, role api.account_role DEFAULT NULL, status api.account_status DEFAULT NULL,
    "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.admin_account_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_limit CONSTANT integer := list_accounts."limit";
    v_found identity.accounts[];
BEGIN
    v_found := identity.find_accounts(list_accounts.q, list_accounts.role, list_accounts.status,
                                      messaging.cursor_before(list_accounts.cursor), v_limit + 1);
    RETURN ROW(
        ARRAY(SELECT api.render_admin_account(v_found[n])
              FROM generate_series(1, least(v_limit, cardinality(v_found))) AS n
              ORDER BY n),
        CASE WHEN cardinality(v_found) > v_limit
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[v_limit]).id)) END
    )::api.admin_account_page;
END $$;

COMMENT ON FUNCTION api.list_accounts IS
'List accounts

Newest first. `q` is searched for in e-mail, handle and name; a whole e-mail address finds only its account.';

GRANT EXECUTE ON FUNCTION api.list_accounts TO app_support;
