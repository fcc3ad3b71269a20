-- Ends a tax rate now. A rate that has not begun is deleted, and the one before it stays in force instead. Idempotent.
-- Locks:  an advisory lock of the country; the rate, the one before it.
-- Errors: confirmation_required 403; tax_rate_not_found 404.
CREATE FUNCTION api.end_tax_rate(tax_rate_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_rate  sales.tax_rates;
BEGIN
    PERFORM identity.require_fresh();
    PERFORM sales.lock_tax_rates(r.country::text) FROM sales.tax_rates AS r WHERE r.id = end_tax_rate.tax_rate_id;
    DELETE FROM sales.tax_rates AS r WHERE r.id = end_tax_rate.tax_rate_id AND lower(r.valid) > now()
    RETURNING r.* INTO v_rate;
    IF FOUND THEN
        UPDATE sales.tax_rates AS r SET valid = tstzrange(lower(r.valid), upper(v_rate.valid))
        WHERE r.country = v_rate.country AND r.region = v_rate.region AND r.category = v_rate.category
          AND upper(r.valid) = lower(v_rate.valid);
        RETURN;
    END IF;
    UPDATE sales.tax_rates AS r
    SET valid = tstzrange(lower(r.valid), least(upper(r.valid), clock_timestamp()))
    WHERE r.id = end_tax_rate.tax_rate_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'tax_rate_not_found',
            MESSAGE = 'There is no such tax rate.';
    END IF;
END $$;

COMMENT ON FUNCTION api.end_tax_rate IS
'End a tax rate

From now on this tax is no longer charged; a rate that is planned is deleted, and the rate before it goes on. Orders
keep the rate that was in force when they were placed.';

GRANT EXECUTE ON FUNCTION api.end_tax_rate TO app_admin;
