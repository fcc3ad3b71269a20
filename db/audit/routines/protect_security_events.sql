-- Row trigger: a security event is never changed, also not by the owner of the table, with two exceptions. When an
-- account is closed, its addresses lose their last part and its User-Agents are removed (erase_security_events). And a
-- row is deleted once it is older than sales.settings.security_events_kept (purge_security_events).
-- Callers:   trigger of audit.security_events.
-- Errors:    append_only 409.
CREATE OR REPLACE FUNCTION audit.protect_security_events()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_expected audit.security_events := OLD;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.created_at < now() - (SELECT s.security_events_kept FROM sales.settings AS s) THEN
            RETURN OLD;
        END IF;
    ELSE
        v_expected.client_address := audit.network_of(OLD.client_address);
        v_expected.user_agent := NULL;
        IF NEW IS NOT DISTINCT FROM v_expected THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'append_only',
        MESSAGE = 'audit.security_events is append-only: history is never rewritten.';
END $$;
