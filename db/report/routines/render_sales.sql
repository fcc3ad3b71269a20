-- Sales and gateways' fees from one day to another, both included: by currency, and in total in the reporting currency.
-- Each converted amount is rounded once, from the sum of the days at their rates. Not an endpoint.
-- Callers:   analyse_revenue, get_dashboard.
CREATE FUNCTION api.render_sales("from" date, "to" date, currency text DEFAULT NULL)
RETURNS api.sales
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        WITH days AS (
            SELECT d.*, f.factor
            FROM (
                SELECT r.day, r.currency, r.orders, r.gross, r.refunds, r.commission, 0 AS fees
                FROM report.v_daily_revenue AS r
                UNION ALL
                SELECT x.day, x.currency, 0, 0, 0, 0, x.fees FROM report.v_daily_fees AS x
            ) AS d
            LEFT JOIN report.day_factors(render_sales."from", render_sales."to") AS f
                ON f.currency = d.currency AND f.day = d.day
            WHERE d.day BETWEEN render_sales."from" AND render_sales."to"
              AND (render_sales.currency IS NULL OR d.currency = render_sales.currency::char(3))
        )
        SELECT ROW(
            render_sales."from", render_sales."to",
            ARRAY(
                SELECT ROW(d.currency, sum(d.orders), sum(d.gross), sum(d.refunds), sum(d.gross) - sum(d.refunds),
                           sum(d.commission),
                           round(sum(d.gross) / nullif(sum(d.orders), 0)), sum(d.fees),
                           sum(d.gross) - sum(d.refunds) - sum(d.fees))::api.sales_figures
                FROM days AS d GROUP BY d.currency ORDER BY d.currency
            ),
            CASE WHEN t.missing IS NULL THEN
                ROW(s.reporting_currency, t.orders, t.gross, t.refunds, t.gross - t.refunds, t.commission,
                    t.average_order, t.fees, t.gross - t.refunds - t.fees)::api.sales_figures END,
            coalesce(t.missing, '{}')
        )::api.sales
        FROM report.settings AS s
        CROSS JOIN (
            SELECT coalesce(sum(d.orders), 0) AS orders, round(coalesce(sum(d.gross * d.factor), 0)) AS gross,
                   round(coalesce(sum(d.refunds * d.factor), 0)) AS refunds,
                   round(coalesce(sum(d.commission * d.factor), 0)) AS commission,
                   round(coalesce(sum(d.fees * d.factor), 0)) AS fees,
                   round(sum(d.gross * d.factor) / nullif(sum(d.orders), 0)) AS average_order,
                   array_agg(DISTINCT d.currency::text
                             ORDER BY d.currency::text) FILTER (WHERE d.factor IS NULL) AS missing
            FROM days AS d
        ) AS t
    );
END $$;
