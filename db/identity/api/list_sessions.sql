-- The caller's sessions that have not ended, newest first.
-- Errors: session_required 403, cursor_invalid 422.
CREATE TYPE api.account_session AS (
    id uuid, ip_address text, user_agent text, created_at timestamptz, last_used_at timestamptz, current boolean
);
COMMENT ON COLUMN api.account_session.ip_address IS
'From where it was used last. Null where the address is not known.';
COMMENT ON COLUMN api.account_session.user_agent IS 'Null where the client sent none.';
COMMENT ON COLUMN api.account_session.last_used_at IS
'When it was used last, give or take the 15 minutes of an access token.';
COMMENT ON COLUMN api.account_session.current IS 'Whether it is the session of this request.';

CREATE TYPE api.account_session_page AS (data api.account_session[], next_cursor text);

CREATE FUNCTION api.list_sessions("limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.account_session_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_limit CONSTANT integer := coalesce(list_sessions."limit", 20);
    v_found CONSTANT identity.sessions[] :=
        identity.find_sessions(messaging.cursor_before(list_sessions.cursor), v_limit + 1);
BEGIN
    PERFORM identity.require_session();
    RETURN ROW(
        ARRAY(SELECT ROW(s.id, s.ip_address, s.user_agent, s.created_at, coalesce(s.last_used_at, s.created_at),
                         s.id = identity.current_session())::api.account_session
              FROM unnest(v_found[:v_limit]) AS s
              ORDER BY s.id DESC),
        CASE WHEN cardinality(v_found) > v_limit
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[v_limit]).id)) END
    )::api.account_session_page;
END $$;

COMMENT ON FUNCTION api.list_sessions IS
'List your sessions

Where you are logged in: newest first, without the sessions that have ended.';

GRANT EXECUTE ON FUNCTION api.list_sessions TO app_customer;
