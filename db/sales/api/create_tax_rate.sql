-- Sets a tax rate, from now or from a later time on. The previous rate ends where it begins, and it ends where the next
-- planned one begins; planned rates stay. The same rate again changes nothing.
-- Locks:  an advisory lock of the country, so that concurrent requests run one after the other; the previous rate.
-- Errors: confirmation_required 403; valid_from_in_past, country_unknown, region_unknown, tax_combine_needs_region 422;
--         tax_rate_planned, tax_included_differs 409.
CREATE FUNCTION api.create_tax_rate(
    country api.country, name api.short_text, rate api.tax_percent, included boolean,
    region api.short_text DEFAULT NULL, category api.tax_category DEFAULT 'standard',
    valid_from timestamptz DEFAULT NULL, combine api.tax_combination DEFAULT 'replace'
)
RETURNS api.tax_rate
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_new     sales.tax_rates;
    v_present sales.tax_rates;
BEGIN
    PERFORM identity.require_fresh();
    -- Only one request at a time: two would find the same rate in force.
    PERFORM sales.lock_tax_rates(create_tax_rate.country);
    IF create_tax_rate.valid_from < now() OR NOT isfinite(create_tax_rate.valid_from) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'valid_from_in_past',
            MESSAGE = 'A tax rate cannot begin in the past.',
            HINT = 'Leave valid_from out to begin now.';
    END IF;
    v_new.country := create_tax_rate.country;
    v_new.region := coalesce(catalog.require_region(create_tax_rate.country, create_tax_rate.region), '');
    v_new.category := coalesce(create_tax_rate.category, 'standard');
    v_new.name := create_tax_rate.name;
    v_new.rate := create_tax_rate.rate;
    v_new.included := create_tax_rate.included;
    v_new.combine := coalesce(create_tax_rate.combine, 'replace');
    v_new.valid := tstzrange(coalesce(create_tax_rate.valid_from, clock_timestamp()), NULL);

    SELECT * INTO v_present FROM sales.tax_rates AS r
    WHERE r.country = v_new.country AND r.region = v_new.region AND r.category = v_new.category
      AND r.valid @> lower(v_new.valid);
    IF (v_present.name, v_present.rate, v_present.included, v_present.combine)
       = (v_new.name, v_new.rate, v_new.included, v_new.combine)
    THEN
        RETURN api.render_tax_rate(v_present);
    ELSIF lower(v_present.valid) = lower(v_new.valid) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'tax_rate_planned',
            MESSAGE = 'Another rate is planned from this moment on.',
            HINT = 'Delete it first.', DETAIL = json_build_object('tax_rate_id', v_present.id)::text;
    END IF;
    v_new.valid := tstzrange(lower(v_new.valid), (
        SELECT min(lower(r.valid)) FROM sales.tax_rates AS r
        WHERE r.country = v_new.country AND r.region = v_new.region AND r.category = v_new.category
          AND lower(r.valid) > lower(v_new.valid)));
    PERFORM sales.require_combinable(v_new);
    UPDATE sales.tax_rates AS r SET valid = tstzrange(lower(r.valid), lower(v_new.valid)) WHERE r.id = v_present.id;
    INSERT INTO sales.tax_rates (country, region, category, name, rate, included, combine, valid, created_by)
    VALUES (v_new.country, v_new.region, v_new.category, v_new.name, v_new.rate, v_new.included, v_new.combine,
            v_new.valid, v_actor)
    RETURNING * INTO v_new;
    RETURN api.render_tax_rate(v_new);
END $$;

COMMENT ON FUNCTION api.create_tax_rate IS
'Set a tax rate

For a country, or a region of it, and a category of products; `included` says whether prices include the tax or it is
added to them. A region''s rate takes the place of its country''s, or with `combine` it is added to it, or charged on
the price with it. From now, or from `valid_from` on, until the next planned rate begins. Orders keep the rate that was
in force when they were placed. The same rate again changes nothing.';

GRANT EXECUTE ON FUNCTION api.create_tax_rate TO app_admin;
