-- Makes this database a shop for development, a demo, or one in production. A demo has accounts whose password is
-- published, an administrator's among them, so it stays one; and production never becomes a demo.
-- Callers:   `storeproc migrate` and `up`, and the demo shop, over the administrator's connection. Not granted to any
--            web role.
-- Locks:     the row.
-- Errors:    environment_unknown 23514, environment_refused 409.
CREATE OR REPLACE FUNCTION identity.set_environment(name text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_before text;
BEGIN
    SELECT e.name INTO STRICT v_before FROM identity.environment AS e FOR UPDATE;
    IF (v_before, set_environment.name) IN (('demo', 'production'), ('production', 'demo')) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'environment_refused',
            MESSAGE = CASE v_before
                WHEN 'demo' THEN 'This database holds the demo shop, whose passwords are published: '
                                 'a shop in production begins with a database of its own.'
                ELSE 'This database is marked production: the demo shop is not loaded into it.' END;
    END IF;
    IF v_before = 'demo' THEN
        RETURN;
    END IF;
    UPDATE identity.environment AS e SET name = set_environment.name, changed_at = now()
    WHERE e.name <> set_environment.name;
END $$;
