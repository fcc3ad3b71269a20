-- Refuses UPDATE, DELETE and TRUNCATE on an append-only table, also by its owner.
-- Callers:   triggers of the tables with history.
-- Errors:    append_only 409.
CREATE OR REPLACE FUNCTION audit.protect_rows()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'append_only',
        MESSAGE = format('%s.%s is append-only: history is never rewritten.', TG_TABLE_SCHEMA, TG_TABLE_NAME);
END $$;
