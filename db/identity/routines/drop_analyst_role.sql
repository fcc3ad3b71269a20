-- Removes analyst_<name> and ends its sessions. Returns whether there was such a role.
-- Callers:   `storeproc analyst-role --drop`, as administrator (who may drop roles). It has taken LOGIN from the role
--            before, in a transaction of its own, so that no session begins meanwhile.
-- Locks:     none.
-- Errors:    role_name_invalid 422; SQLSTATE 2BP01 when it owns something or was granted something by hand.
CREATE OR REPLACE FUNCTION identity.drop_analyst_role(name text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_role CONSTANT name := 'analyst_' || drop_analyst_role.name;
BEGIN
    PERFORM identity.require_role_name(drop_analyst_role.name);
    IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = v_role) THEN
        RETURN false;
    END IF;
    PERFORM pg_terminate_backend(a.pid) FROM pg_stat_activity AS a WHERE a.usename = v_role;
    EXECUTE format('DROP ROLE %I', v_role);
    PERFORM audit.record_security_event('sql_role_dropped', NULL, jsonb_build_object('name', v_role));
    RETURN true;
END $$;
COMMENT ON FUNCTION identity.drop_analyst_role IS
'Removes analyst_<name> and ends its sessions. Use storeproc analyst-role NAME --drop.';
