-- Revenue by day, week or month.
-- Errors: period_invalid, period_too_long 422.
CREATE TYPE api.sales_figures AS (
    currency api.any_currency, orders bigint, gross bigint, refunds bigint, net bigint, commission bigint,
    average_order bigint, fees bigint, net_after_fees bigint
);
COMMENT ON COLUMN api.sales_figures.gross IS 'The totals of the orders that were paid, with tax and shipping.';
COMMENT ON COLUMN api.sales_figures.refunds IS 'Refunds made in this period, for orders of any time.';
COMMENT ON COLUMN api.sales_figures.net IS 'gross minus refunds.';
COMMENT ON COLUMN api.sales_figures.commission IS 'The shop''s share, minus what it returned for refunds.';
COMMENT ON COLUMN api.sales_figures.fees IS
'What payment gateways kept as fees, minus fees that they gave back: booked in this period, for payments of any time, in
the currency of the shop''s account at the gateway. Deposits and disputes are included.';
COMMENT ON COLUMN api.sales_figures.net_after_fees IS
'net minus fees of the same currency; fees in another currency are in that currency''s row, and in converted.';
COMMENT ON COLUMN api.sales_figures.average_order IS 'gross by order, rounded. Null without an order.';
CREATE TYPE api.sales AS (
    "from" date, "to" date, amounts api.sales_figures[], converted api.sales_figures, missing_rates api.any_currency[]
);
COMMENT ON COLUMN api.sales.converted IS
'All of it in the reporting currency, each day at its rate. Null: a rate is missing.';
COMMENT ON COLUMN api.sales.missing_rates IS 'Currencies that have no exchange rate for a day on which they were used.';
CREATE TYPE api.revenue_report AS (
    as_of timestamptz, "from" date, "to" date, "interval" api.report_interval, reporting_currency api.currency,
    data api.sales[], total api.sales
);
COMMENT ON COLUMN api.revenue_report.as_of IS
'The report contains everything that was booked by then. Null before the first refresh.';

CREATE FUNCTION api.analyse_revenue(
    "from" date DEFAULT NULL, "to" date DEFAULT NULL, "interval" api.report_interval DEFAULT 'day',
    currency api.currency DEFAULT NULL
)
RETURNS api.revenue_report
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_period CONSTANT daterange := report.require_period(analyse_revenue."from", analyse_revenue."to",
                                                         analyse_revenue."interval");
BEGIN
    RETURN (
        SELECT ROW(
            report.as_of('daily_revenue', 'daily_fees'), lower(v_period), upper(v_period) - 1,
            analyse_revenue."interval", s.reporting_currency, ARRAY(
                SELECT api.render_sales(g.first_day, g.last_day, analyse_revenue.currency)
                FROM report.list_steps(v_period, analyse_revenue."interval") AS g ORDER BY g.first_day
            ),
            api.render_sales(lower(v_period), upper(v_period) - 1, analyse_revenue.currency)
        )::api.revenue_report
        FROM report.settings AS s
    );
END $$;

COMMENT ON FUNCTION api.analyse_revenue IS
'Revenue

By day, week or month (UTC); `from` and `to` are both included; by default the last thirty days, twelve weeks or twelve
months. Orders count on the day they were paid, refunds on the day they were made, gateways'' fees on the day
they were booked. Amounts are by currency; `converted`
is all of them in the reporting currency, each day at its exchange rate, rounded once. The figures are refreshed
regularly: `as_of` says when.';

GRANT EXECUTE ON FUNCTION api.analyse_revenue TO app_admin;
