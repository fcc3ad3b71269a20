-- The days, weeks or months of a period; the first and last are cut to it.
-- Callers:   api.analyse_revenue, api.analyse_customers.
CREATE OR REPLACE FUNCTION report.list_steps(period daterange, "interval" text)
RETURNS TABLE (first_day date, last_day date)
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT greatest(g.at::date, lower(list_steps.period)),
           least((g.at + ('1 ' || list_steps."interval")::interval)::date - 1, upper(list_steps.period) - 1)
    FROM generate_series(date_trunc(list_steps."interval", lower(list_steps.period)::timestamp),
                         (upper(list_steps.period) - 1)::timestamp,
                         ('1 ' || list_steps."interval")::interval) AS g (at);
END;

GRANT EXECUTE ON FUNCTION report.list_steps TO store_api;
