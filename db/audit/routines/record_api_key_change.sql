-- Row trigger: the security event of an API key that was created, used for the first time, or revoked, with its id. The
-- name is not part of the event: a person wrote it.
-- Callers:   triggers of identity.api_keys.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION audit.record_api_key_change()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM audit.record_security_event(
        'api_key_changed', NEW.account_id,
        jsonb_build_object('name', NEW.id, 'reason', CASE WHEN TG_OP = 'INSERT' THEN 'added'
                                                          WHEN NEW.revoked_at IS NOT NULL THEN 'removed'
                                                          ELSE 'first_used' END));
    RETURN NULL;
END $$;
