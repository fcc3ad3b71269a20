-- The caller's API keys that were not revoked, newest first.
-- Errors: session_required 403, cursor_invalid 422.
CREATE FUNCTION api.list_api_keys("limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.api_key_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_limit CONSTANT integer := coalesce(list_api_keys."limit", 20);
    v_found identity.api_keys[];
BEGIN
    PERFORM identity.require_session();
    v_found := identity.find_api_keys(messaging.cursor_before(list_api_keys.cursor), v_limit + 1);
    RETURN ROW(
        ARRAY(SELECT api.render_api_key(k) FROM unnest(v_found[:v_limit]) AS k ORDER BY k.id DESC),
        CASE WHEN cardinality(v_found) > v_limit
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[v_limit]).id)) END
    )::api.api_key_page;
END $$;

COMMENT ON FUNCTION api.list_api_keys IS
'List your API keys

Newest first, without those that were revoked. An expired one is listed for 90 days.';

GRANT EXECUTE ON FUNCTION api.list_api_keys TO app_merchant;
