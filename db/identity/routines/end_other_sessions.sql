-- Ends every session of an account, except one.
-- Callers:   api.end_other_sessions, change_email, change_password.
-- Locks:     the sessions.
-- Definer:   writes sessions.
CREATE OR REPLACE FUNCTION identity.end_other_sessions(account_id uuid, kept uuid)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE identity.sessions AS s SET revoked_at = now()
    WHERE s.account_id = end_other_sessions.account_id AND s.id IS DISTINCT FROM end_other_sessions.kept
      AND s.revoked_at IS NULL;
$$;

GRANT EXECUTE ON FUNCTION identity.end_other_sessions TO store_api;
