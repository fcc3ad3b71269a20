-- Row trigger of documents that are written once: the only change that they allow is that the account of a guest is
-- replaced by an account of a person, when the order is claimed. An update, also by the owner of the table, can change
-- nothing else.
-- Trigger arguments: generated columns, which are computed after this.
-- Callers:   triggers claimed_only on the tables of billing.
-- Errors:    append_only 409.
-- Definer:   reads accounts, which the role that issues the update may not read.
CREATE OR REPLACE FUNCTION audit.allow_claim()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_apart CONSTANT text[] := ARRAY['account_id'] || TG_ARGV[0:];
BEGIN
    IF to_jsonb(NEW) - v_apart IS DISTINCT FROM to_jsonb(OLD) - v_apart
        OR NOT EXISTS (SELECT FROM identity.accounts AS a WHERE a.id = OLD.account_id AND a.role = 'guest')
        OR NOT EXISTS (SELECT FROM identity.accounts AS a WHERE a.id = NEW.account_id AND a.role <> 'guest')
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'append_only',
            MESSAGE = format('%s.%s is append-only: history is never rewritten.', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END $$;
