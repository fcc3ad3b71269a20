-- Row trigger: the security event of a row that belongs to an account (account_id). Which row it is and what is in it
-- is not recorded.
-- Trigger argument: the kind.
-- Callers:   triggers of identity.second_factors, payments.bank_accounts, messaging.webhook_endpoints.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION audit.record_owned_change()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM audit.record_security_event(
        TG_ARGV[0], CASE TG_OP WHEN 'DELETE' THEN OLD.account_id ELSE NEW.account_id END,
        jsonb_build_object('reason', CASE TG_OP WHEN 'DELETE' THEN 'removed' ELSE 'added' END));
    RETURN NULL;
END $$;
