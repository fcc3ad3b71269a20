-- Raises an error if a rate cannot be charged together with those that it meets: only a region has a rate to combine
-- with, and on one line either all taxes are inside the price or all are added to it.
-- Callers:   api.create_tax_rate.
-- Errors:    tax_combine_needs_region 422, tax_included_differs 409.
CREATE OR REPLACE FUNCTION sales.require_combinable(rate sales.tax_rates)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_other sales.tax_rates;
BEGIN
    IF rate.region = '' AND rate.combine <> 'replace' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'tax_combine_needs_region',
            MESSAGE = 'Only the rate of a region can be added to that of its country.', HINT = 'Send a region.';
    END IF;
    SELECT r.* INTO v_other FROM sales.tax_rates AS r
    WHERE r.country = rate.country AND r.category = rate.category AND r.valid && rate.valid
      AND r.included <> rate.included
      AND (r.region = '' AND rate.combine <> 'replace' OR rate.region = '' AND r.combine <> 'replace')
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'tax_included_differs',
            MESSAGE = 'Taxes that are charged together are all included in the price, or none is.',
            HINT = 'End the other rate first, or begin when it has ended.',
            DETAIL = json_build_object('tax_rate_id', v_other.id, 'included', v_other.included)::text;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.require_combinable TO store_api;
