-- The caller's own second factor, without its secret.
CREATE TYPE api.second_factor AS (enabled boolean, enabled_at timestamptz, recovery_codes_left integer);
COMMENT ON COLUMN api.second_factor.enabled IS 'Whether log-ins ask for a code.';
COMMENT ON COLUMN api.second_factor.enabled_at IS 'Null unless it is enabled.';

CREATE FUNCTION api.get_second_factor()
RETURNS api.second_factor
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate(enrolling => true);
    v_answer api.second_factor;
BEGIN
    SELECT f.enabled, f.enabled_at, f.recovery_codes_left INTO STRICT v_answer
    FROM identity.read_second_factor(v_actor) AS f;
    RETURN v_answer;
END $$;

COMMENT ON FUNCTION api.get_second_factor IS
'Get your second factor

Whether log-ins ask for a code, since when, and how many recovery codes were not used.';

GRANT EXECUTE ON FUNCTION api.get_second_factor TO app_customer;
