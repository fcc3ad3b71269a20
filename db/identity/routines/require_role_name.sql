-- Refuses a name of a person that cannot be part of a role's name.
-- Callers:   make_dba_role, make_analyst_role.
-- Errors:    role_name_invalid 422.
CREATE OR REPLACE FUNCTION identity.require_role_name(name text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF require_role_name.name IS NULL OR require_role_name.name !~ '^[a-z][a-z0-9_]{0,39}$' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'role_name_invalid',
            MESSAGE = 'A name has 1 to 40 small letters, digits and underscores, and begins with a letter.';
    END IF;
END $$;
