-- Row trigger on audit.changes: the one change that history admits is a personal value becoming "[erased]". Whoever updates it, its owner
-- too, can hide a person and cannot tell another story.
-- Errors: append_only 409.
CREATE OR REPLACE FUNCTION audit.allow_erasure()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['old', 'new'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['old', 'new']
        OR NEW.old IS DISTINCT FROM audit.without_person(OLD.table_name, OLD.old)
        OR NEW.new IS DISTINCT FROM audit.without_person(OLD.table_name, OLD.new)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'append_only',
            MESSAGE = 'audit.changes is append-only: history is never rewritten.';
    END IF;
    RETURN NEW;
END $$;
