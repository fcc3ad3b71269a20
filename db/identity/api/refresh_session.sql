-- Exchanges a refresh token, once, for a new pair of tokens. Returns NULL if it was used before: then its session has
-- been ended, which has to be committed, so it is not an error.
-- Locks:  the session.
-- Errors: refresh_token_invalid 401, session_idle 401 (staff), account_suspended 403.
CREATE FUNCTION api.refresh_session(
    refresh_token text, client_address text DEFAULT NULL, user_agent text DEFAULT NULL)
RETURNS api.session
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_opened record;
BEGIN
    SELECT * INTO v_opened FROM identity.rotate_session(refresh_session.refresh_token, client_address, user_agent);
    IF v_opened.access_token IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN api.render_session(v_opened.account, v_opened.access_token, v_opened.refresh_token);
END $$;

COMMENT ON FUNCTION api.refresh_session IS
'Refresh a session

A refresh token can be used once. If it is used again, it was copied, and the session ends. A session of
staff ends an hour (a setting) after its last refresh.';

GRANT EXECUTE ON FUNCTION api.refresh_session TO app_anonymous;
