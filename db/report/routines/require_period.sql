-- Checks the days of a report and sets the default begin: thirty days, twelve weeks or twelve months up to today.
-- Callers:   api.analyse_revenue, api.analyse_products, api.analyse_customers.
-- Errors:    period_invalid 422, period_too_long 422.
CREATE OR REPLACE FUNCTION report.require_period("from" date, "to" date, "interval" text)
RETURNS daterange
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_to   CONSTANT date := coalesce("to", (now() AT TIME ZONE 'UTC')::date);
    v_from CONSTANT date := coalesce("from", CASE "interval"
        WHEN 'day' THEN v_to - 29
        WHEN 'week' THEN date_trunc('week', v_to::timestamp)::date - 77
        ELSE (date_trunc('month', v_to::timestamp) - interval '11 months')::date END);
    v_step CONSTANT integer := CASE "interval" WHEN 'day' THEN 1 WHEN 'week' THEN 7 ELSE 28 END;
BEGIN
    IF v_from > v_to OR NOT isfinite(v_from) OR NOT isfinite(v_to) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'period_invalid',
            MESSAGE = 'A period cannot end before it begins.',
            HINT = 'from and to are both included.';
    END IF;
    IF v_to - v_from >= 400 * v_step THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'period_too_long',
            MESSAGE = 'A report can have at most 400 steps.',
            HINT = 'Use weeks or months, or a shorter period.';
    END IF;
    RETURN daterange(v_from, v_to, '[]');
END $$;

GRANT EXECUTE ON FUNCTION report.require_period TO store_api;
