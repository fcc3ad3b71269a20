-- Sets a tax rate, from now or from a later time on. The previous rate ends where it begins; rates that would begin
-- later are replaced.
-- Locks:  an advisory lock of the country, so that concurrent requests run one after the other; the rates it replaces.
-- Errors: confirmation_required 403; country_unknown, region_unknown, valid_from_in_past 422.
CREATE FUNCTION api.create_tax_rate(
    country api.country, name api.short_text, rate api.tax_percent, included boolean,
    region api.short_text DEFAULT NULL, category api.tax_category DEFAULT 'standard',
    valid_from timestamptz DEFAULT NULL
)
RETURNS api.tax_rate
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor    CONSTANT uuid := identity.authenticate();
    v_category CONSTANT text := coalesce(create_tax_rate.category, 'standard');
    v_region   text;
    v_from     timestamptz;
    v_rate     sales.tax_rates;
BEGIN
    PERFORM identity.require_fresh();
    v_region := coalesce(catalog.require_region(create_tax_rate.country, create_tax_rate.region), '');
    -- Only one request at a time: two would find the same rate in force.
    PERFORM pg_advisory_xact_lock(hashtextextended('tax ' || create_tax_rate.country, 0));
    v_from := coalesce(create_tax_rate.valid_from, clock_timestamp());
    IF create_tax_rate.valid_from < now() OR NOT isfinite(create_tax_rate.valid_from) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'valid_from_in_past',
            MESSAGE = 'A tax rate cannot begin in the past.',
            HINT = 'Leave valid_from out to begin now.';
    END IF;
    DELETE FROM sales.tax_rates AS r
    WHERE r.country = create_tax_rate.country
      AND r.region = v_region
      AND r.category = v_category
      AND lower(r.valid) >= v_from;
    UPDATE sales.tax_rates AS r SET valid = tstzrange(lower(r.valid), v_from)
    WHERE r.country = create_tax_rate.country AND r.region = v_region AND r.category = v_category AND r.valid @> v_from;
    INSERT INTO sales.tax_rates (country, region, category, name, rate, included, valid, created_by)
    VALUES (create_tax_rate.country, v_region, v_category, create_tax_rate.name, create_tax_rate.rate,
            create_tax_rate.included, tstzrange(v_from, NULL), v_actor)
    RETURNING * INTO v_rate;
    RETURN api.render_tax_rate(v_rate);
END $$;

COMMENT ON FUNCTION api.create_tax_rate IS
'Set a tax rate

For a country, or a region of it, and a category of products; `included` says whether prices include the tax or it is
added to them. From now, or from `valid_from` on. Orders keep the rate that was in force when they were placed.';

GRANT EXECUTE ON FUNCTION api.create_tax_rate TO app_admin;
