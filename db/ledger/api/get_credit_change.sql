-- One change of credit.
-- Errors: credit_change_not_found 404.
CREATE FUNCTION api.get_credit_change(change_id uuid)
RETURNS api.credit_change
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_change ledger.credit_changes;
BEGIN
    SELECT * INTO v_change FROM ledger.credit_changes AS c WHERE c.id = get_credit_change.change_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'credit_change_not_found',
            MESSAGE = 'There is no such change of credit.';
    END IF;
    RETURN api.render_credit_change(v_change);
END $$;

COMMENT ON FUNCTION api.get_credit_change IS
'A change of credit

A grant or deduction, with the people who requested and decided it.';

GRANT EXECUTE ON FUNCTION api.get_credit_change TO app_support;
