-- Checks every invariant of the books now.
CREATE FUNCTION api.check_invariants()
RETURNS api.invariants
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_checks api.invariant[];
BEGIN
    SELECT array_agg(ROW(c.name, c.ok, c.detail)::api.invariant) INTO v_checks FROM audit.check_invariants() AS c;
    RETURN ROW((SELECT bool_and(c.ok) FROM unnest(v_checks) AS c), v_checks)::api.invariants;
END $$;

COMMENT ON FUNCTION api.check_invariants IS
'Check every invariant

Balances, orders and their lines, payments, refunds, stock and its movements: what must always be true, checked now.';

GRANT EXECUTE ON FUNCTION api.check_invariants TO app_admin;
