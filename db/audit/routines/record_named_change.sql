-- Row trigger: the security event of a key, an issuer or a role that was added, changed or removed, with its name.
-- Trigger arguments: the kinds of an insert, an update and a delete; the column with the name.
-- Callers:   triggers of identity.signing_keys, identity.outside_issuers, identity.sql_roles.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION audit.record_named_change()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM audit.record_security_event(
        CASE TG_OP WHEN 'INSERT' THEN TG_ARGV[0] WHEN 'UPDATE' THEN TG_ARGV[1] ELSE TG_ARGV[2] END,
        NULL,
        jsonb_build_object('name', CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END -> TG_ARGV[3]));
    RETURN NULL;
END $$;
