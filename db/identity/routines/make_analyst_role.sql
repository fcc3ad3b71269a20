-- Creates a person's log-in role for analyses, analyst_<name>, a member of app_readonly; the caller sets its password.
-- It reads the masked views of schema report and nothing else, read-only, with time limits. A repeated call returns the
-- same role.
-- Callers:   `storeproc analyst-role`, as administrator (who may create roles).
-- Locks:     none: it only inserts.
-- Errors:    role_name_invalid 422.
CREATE OR REPLACE FUNCTION identity.make_analyst_role(name text)
RETURNS name
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_role CONSTANT name := 'analyst_' || make_analyst_role.name;
BEGIN
    PERFORM identity.require_role_name(make_analyst_role.name);
    IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = v_role) THEN
        EXECUTE format(
            'CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 5 IN ROLE app_readonly', v_role);
        PERFORM identity.limit_sql_roles();
        EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', v_role);
        EXECUTE format('ALTER ROLE %I SET search_path = report, pg_catalog', v_role);
        PERFORM audit.record_security_event('sql_role_made', NULL, jsonb_build_object('name', v_role));
    END IF;
    RETURN v_role;
END $$;
COMMENT ON FUNCTION identity.make_analyst_role IS
'Creates analyst_<name>, a person''s log-in role for the views of schema report. Use storeproc analyst-role.';
