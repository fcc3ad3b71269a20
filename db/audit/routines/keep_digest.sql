-- Row trigger: before a person is erased from an audit row, stores the row's digest, so that its seal can still be
-- checked.
-- Callers:   trigger erased_digest on audit.changes.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION audit.keep_digest()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO audit.erasures (change_id, digest)
    VALUES (OLD.id, audit.row_digest(OLD))
    ON CONFLICT ON CONSTRAINT erasures_pkey
    DO NOTHING;
    RETURN NULL;
END $$;
