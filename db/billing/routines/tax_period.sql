-- The days of a tax report: by default the last whole quarter in the shop's time zone; with one end given, the rest of
-- its quarter.
-- Callers:   api.report_taxes.
-- Errors:    period_invalid, period_too_long 422.
CREATE OR REPLACE FUNCTION billing.tax_period("from" date, "to" date, time_zone text)
RETURNS daterange
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_from date;
    v_to   date;
BEGIN
    v_from := coalesce(tax_period."from", date_trunc('quarter', coalesce(
        tax_period."to"::timestamp, now() AT TIME ZONE tax_period.time_zone - interval '3 months'))::date);
    v_to := coalesce(tax_period."to",
                     (date_trunc('quarter', v_from::timestamp) + interval '3 months')::date - 1);
    IF v_from > v_to OR NOT isfinite(v_from) OR NOT isfinite(v_to) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'period_invalid',
            MESSAGE = 'A period cannot end before it begins.', HINT = 'from and to are both included.';
    ELSIF v_to - v_from > 1830 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'period_too_long',
            MESSAGE = 'A tax report can have at most five years.';
    END IF;
    RETURN daterange(v_from, v_to, '[]');
END $$;

GRANT EXECUTE ON FUNCTION billing.tax_period TO store_api;
