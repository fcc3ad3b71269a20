-- Ends a rule of exemption now; a planned one is deleted. Idempotent.
-- Locks:  the rule.
-- Errors: confirmation_required 403; tax_exemption_not_found 404.
CREATE FUNCTION api.end_tax_exemption(exemption_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_fresh();
    DELETE FROM sales.tax_exemptions AS e WHERE e.id = end_tax_exemption.exemption_id AND lower(e.valid) > now();
    IF NOT FOUND THEN
        UPDATE sales.tax_exemptions AS e
        SET valid = tstzrange(lower(e.valid), least(upper(e.valid), clock_timestamp()))
        WHERE e.id = end_tax_exemption.exemption_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'tax_exemption_not_found',
                MESSAGE = 'There is no such rule of tax exemption.';
        END IF;
    END IF;
END $$;

COMMENT ON FUNCTION api.end_tax_exemption IS
'End a rule of tax exemption

From now on it no longer applies; a planned rule is deleted. Orders keep the rule that was in force when they were
placed.';

GRANT EXECUTE ON FUNCTION api.end_tax_exemption TO app_admin;
