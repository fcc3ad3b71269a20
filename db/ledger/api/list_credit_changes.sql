-- Changes of credit, newest first, for customer service.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_credit_changes(
    status api.credit_status DEFAULT NULL, account uuid DEFAULT NULL, "limit" api.page_limit DEFAULT 20,
    cursor api.page_cursor DEFAULT NULL
)
RETURNS api.credit_change_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_limit CONSTANT integer := list_credit_changes."limit";
    v_found CONSTANT ledger.credit_changes[] := ledger.find_credit_changes(
        list_credit_changes.account, list_credit_changes.status, messaging.cursor_before(list_credit_changes.cursor),
        v_limit + 1);
BEGIN
    RETURN ROW(
        ARRAY(SELECT api.render_credit_change(c) FROM unnest(v_found[1:v_limit]) AS c ORDER BY c.id DESC),
        CASE WHEN cardinality(v_found) > v_limit THEN messaging.encode_cursor(
            jsonb_build_object('id', (v_found[v_limit]).id)
        ) END
    )::api.credit_change_page;
END $$;

COMMENT ON FUNCTION api.list_credit_changes IS
'List changes of credit

Newest first; `status=pending` lists those that wait for a second person.';

GRANT EXECUTE ON FUNCTION api.list_credit_changes TO app_support;
