-- Row trigger: the security events of an account whose role, status, e-mail or approval changed. An e-mail is not part
-- of the event.
-- Callers:   trigger of identity.accounts.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION audit.record_account_security()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.role IS DISTINCT FROM OLD.role THEN
        PERFORM audit.record_security_event('role_changed', NEW.id,
                                            jsonb_build_object('from', OLD.role, 'to', NEW.role));
    END IF;
    IF NEW.status IS DISTINCT FROM OLD.status THEN
        PERFORM audit.record_security_event(
            CASE NEW.status WHEN 'closed' THEN 'account_closed' ELSE 'status_changed' END, NEW.id,
            jsonb_build_object('from', OLD.status, 'to', NEW.status));
    END IF;
    -- A closed account's e-mail is erased, which is no change by its owner.
    IF NEW.email IS DISTINCT FROM OLD.email AND NEW.status <> 'closed' THEN
        PERFORM audit.record_security_event('email_changed', NEW.id);
    END IF;
    IF NEW.merchant_approved_at IS DISTINCT FROM OLD.merchant_approved_at THEN
        PERFORM audit.record_security_event('merchant_approved', NEW.id);
    END IF;
    RETURN NULL;
END $$;
