-- Ends a tax rate now; a rate that has not begun is deleted. Idempotent.
-- Locks:  the rate.
-- Errors: confirmation_required 403; tax_rate_not_found 404.
CREATE FUNCTION api.end_tax_rate(tax_rate_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_fresh();
    DELETE FROM sales.tax_rates AS r WHERE r.id = end_tax_rate.tax_rate_id AND lower(r.valid) > now();
    IF NOT FOUND THEN
        UPDATE sales.tax_rates AS r
        SET valid = tstzrange(lower(r.valid), least(upper(r.valid), clock_timestamp()))
        WHERE r.id = end_tax_rate.tax_rate_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'tax_rate_not_found',
                MESSAGE = 'There is no such tax rate.';
        END IF;
    END IF;
END $$;

COMMENT ON FUNCTION api.end_tax_rate IS
'End a tax rate

From now on this tax is no longer charged. Orders keep the rate that was in force when they were placed.';

GRANT EXECUTE ON FUNCTION api.end_tax_rate TO app_admin;
