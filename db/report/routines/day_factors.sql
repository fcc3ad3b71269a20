-- By currency and day: the factor that converts its minor units to minor units of the reporting currency, unrounded. A
-- day without a rate has no row. The caller's row security applies.
-- Callers:   api.render_sales, api.analyse_products, api.analyse_customers.
CREATE OR REPLACE FUNCTION report.day_factors("from" date, "to" date)
RETURNS TABLE (currency char(3), day date, factor numeric)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT c.code, r.first_day + n.n, r.rate * power(10::numeric, b.minor_units - c.minor_units)
    FROM report.settings AS s
    JOIN catalog.currencies AS b ON b.code = s.reporting_currency
    CROSS JOIN LATERAL (
        SELECT b.code AS currency, 1::numeric AS rate, day_factors."from" AS first_day, day_factors."to" AS last_day
        UNION ALL
        SELECT x.currency, x.rate, greatest(lower(x.valid), day_factors."from"),
               least(upper(x.valid) - 1, day_factors."to")
        FROM report.exchange_rates AS x
        WHERE x.base = b.code AND x.valid && daterange(day_factors."from", day_factors."to", '[]')
    ) AS r
    JOIN catalog.currencies AS c ON c.code = r.currency
    CROSS JOIN LATERAL generate_series(0, r.last_day - r.first_day) AS n (n);
END;

GRANT EXECUTE ON FUNCTION report.day_factors TO store_api;
