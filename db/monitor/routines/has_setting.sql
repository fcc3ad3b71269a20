-- Whether a role has this setting (name=value) in every database or in this one.
-- Callers:   find_gaps.
CREATE OR REPLACE FUNCTION monitor.has_setting(role oid, setting text)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_db_role_setting AS s
                   WHERE s.setrole = has_setting.role AND has_setting.setting = ANY (s.setconfig));
$$;

GRANT EXECUTE ON FUNCTION monitor.has_setting TO store_monitor;
