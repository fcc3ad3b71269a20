-- Creates a person's log-in role for work on the database, dba_<name>; the caller sets its password. It owns what is
-- ours (store_owner, store_api), reads all statistics and may end other sessions, but is no superuser. The audit names
-- it (db_role) with every row that it changes. A repeated call returns the same role.
-- Callers:   `storeproc dba-role`, as administrator (who may create roles).
-- Locks:     none: it only inserts.
-- Errors:    role_name_invalid 422.
CREATE OR REPLACE FUNCTION identity.make_dba_role(name text)
RETURNS name
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_role CONSTANT name := 'dba_' || make_dba_role.name;
BEGIN
    PERFORM identity.require_role_name(make_dba_role.name);
    IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = v_role) THEN
        EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 10', v_role);
        EXECUTE format('GRANT store_owner, store_api, pg_monitor, pg_signal_backend TO %I', v_role);
        -- A person who goes to lunch inside a transaction keeps rows locked; in psql, work goes on after a new BEGIN.
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', v_role, '10min');
        EXECUTE format('ALTER ROLE %I SET lock_timeout = %L', v_role, '5s');
        PERFORM audit.record_security_event('sql_role_made', NULL, jsonb_build_object('name', v_role));
    END IF;
    RETURN v_role;
END $$;
COMMENT ON FUNCTION identity.make_dba_role IS 'Creates dba_<name>, a person''s log-in role. Use storeproc dba-role.';
