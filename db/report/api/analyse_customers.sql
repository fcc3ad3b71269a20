-- New and returning customers, their lifetime value, and cohorts. Ids and handles are the only personal data.
-- Errors: period_invalid, period_too_long 422.
CREATE DOMAIN api.report_interval AS text
    CONSTRAINT interval_unknown CHECK (VALUE = ANY (ARRAY['day', 'week', 'month']));
COMMENT ON DOMAIN api.report_interval IS 'The step of a report. Weeks begin on Monday.';
CREATE TYPE api.customer_amount AS (currency api.currency, orders bigint, gross bigint, refunded bigint, net bigint);
CREATE TYPE api.customer_step AS (
    "from" date, "to" date, new_customers bigint, returning_customers bigint, orders bigint
);
CREATE TYPE api.lifetime_value AS (currency api.currency, customers bigint, orders bigint, net bigint, average bigint);
COMMENT ON COLUMN api.lifetime_value.average IS 'net per customer.';
CREATE TYPE api.customer_figures AS (
    account_id uuid, handle text, orders bigint, first_day date, last_day date, amounts api.customer_amount[],
    converted api.customer_amount
);
COMMENT ON COLUMN api.customer_figures.converted IS
'In the reporting currency, at the current rates. Null: a rate is missing.';
COMMENT ON COLUMN api.customer_figures.handle IS 'Null: none was chosen, or the account is closed.';
CREATE TYPE api.customer_cohort AS (month date, customers bigint, active bigint[]);
COMMENT ON COLUMN api.customer_cohort.month IS 'The first day of the month of their first order.';
COMMENT ON COLUMN api.customer_cohort.active IS
'The number of them who bought in that month, the next month, and so on.';
CREATE TYPE api.customer_report AS (
    as_of timestamptz, "from" date, "to" date, "interval" api.report_interval, reporting_currency api.currency,
    new_customers bigint, returning_customers bigint, data api.customer_step[], lifetime api.lifetime_value[],
    best api.customer_figures[], cohorts api.customer_cohort[]
);
COMMENT ON COLUMN api.customer_report.as_of IS
'The report contains everything that was booked by then. Null before the first refresh.';
COMMENT ON COLUMN api.customer_report.best IS 'The customers of the highest value.';

CREATE FUNCTION api.analyse_customers(
    "from" date DEFAULT NULL, "to" date DEFAULT NULL, "interval" api.report_interval DEFAULT 'month',
    "limit" api.page_limit DEFAULT 20
)
RETURNS api.customer_report
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_today  CONSTANT date := (now() AT TIME ZONE 'UTC')::date;
    v_period CONSTANT daterange := report.require_period(analyse_customers."from", analyse_customers."to",
                                                         analyse_customers."interval");
    -- cohorts: the year up to this month
    v_last   CONSTANT date := date_trunc('month', (upper(v_period) - 1)::timestamp)::date;
    v_first  CONSTANT date := (v_last - interval '11 months')::date;
BEGIN
    RETURN (
        WITH value AS (
            SELECT v.account_id, v.currency, v.orders, v.gross, v.refunded, v.first_day, v.last_day, f.factor
            FROM report.v_customer_value AS v
            LEFT JOIN report.day_factors(v_today, v_today) AS f ON f.currency = v.currency
        ), best AS (
            SELECT v.account_id, sum(v.orders) AS orders, min(v.first_day) AS first_day, max(v.last_day) AS last_day,
                   round(sum(v.gross * v.factor)) AS gross, round(sum(v.refunded * v.factor)) AS refunded,
                   bool_and(v.factor IS NOT NULL) AS complete, sum((v.gross - v.refunded) * v.factor) AS rank
            FROM value AS v GROUP BY v.account_id
            ORDER BY rank DESC NULLS LAST, v.account_id LIMIT analyse_customers."limit"
        )
        SELECT ROW(
            report.as_of('customer_days', 'customer_value', 'customer_cohorts'), lower(v_period), upper(v_period) - 1,
            analyse_customers."interval", s.reporting_currency, t.new_customers, t.returning_customers, ARRAY(
                SELECT ROW(g.first_day, g.last_day, coalesce(b.new_customers, 0),
                           coalesce(b.returning_customers, 0), coalesce(b.orders, 0)
                          )::api.customer_step
                FROM report.list_steps(v_period, analyse_customers."interval") AS g
                LEFT JOIN (
                    SELECT e.step, count(*) FILTER (WHERE e.first_day >= e.step) AS new_customers,
                           count(*) FILTER (WHERE e.first_day < e.step) AS returning_customers, sum(e.orders) AS orders
                    FROM (
                        SELECT greatest(date_trunc(analyse_customers."interval", d.day::timestamp)::date,
                                        lower(v_period)) AS step,
                               d.first_day, sum(d.orders) AS orders
                        FROM report.v_customer_days AS d WHERE d.day >= lower(v_period) AND d.day < upper(v_period)
                        GROUP BY 1, d.account_id, d.first_day
                    ) AS e
                    GROUP BY e.step
                ) AS b ON b.step = g.first_day
                ORDER BY g.first_day
            ),
            ARRAY(
                SELECT ROW(v.currency, count(*), sum(v.orders), sum(v.gross - v.refunded),
                           round(avg(v.gross - v.refunded)))::api.lifetime_value
                FROM value AS v GROUP BY v.currency ORDER BY v.currency
            ),
            ARRAY(
                SELECT ROW(b.account_id, a.handle, b.orders, b.first_day, b.last_day,
                           ARRAY(SELECT ROW(v.currency, v.orders, v.gross, v.refunded,
                                            v.gross - v.refunded)::api.customer_amount
                                 FROM report.v_customer_value AS v
                                 WHERE v.account_id = b.account_id
                                 ORDER BY v.currency),
                           CASE WHEN b.complete THEN ROW(s.reporting_currency, b.orders, b.gross, b.refunded,
                                                         b.gross - b.refunded)::api.customer_amount END
                       )::api.customer_figures
                FROM best AS b LEFT JOIN identity.accounts AS a ON a.id = b.account_id
                ORDER BY b.rank DESC NULLS LAST, b.account_id
            ),
            ARRAY(
                SELECT ROW(h.cohort, h.customers,
                           ARRAY(SELECT coalesce(n.customers, 0)
                                 FROM generate_series(
                                     h.cohort::timestamp, v_last::timestamp, interval '1 month'
                                 ) AS g (month)
                                 LEFT JOIN report.v_customer_cohorts AS n
                                     ON n.cohort = h.cohort AND n.month = g.month::date
                                 ORDER BY g.month))::api.customer_cohort
                FROM report.v_customer_cohorts AS h
                WHERE h.month = h.cohort AND h.cohort BETWEEN v_first AND v_last ORDER BY h.cohort
            )
        )::api.customer_report
        FROM report.settings AS s
        CROSS JOIN (
            SELECT count(DISTINCT d.account_id) FILTER (WHERE d.first_day >= lower(v_period)) AS new_customers,
                   count(DISTINCT d.account_id) FILTER (WHERE d.first_day < lower(v_period)) AS returning_customers
            FROM report.v_customer_days AS d WHERE d.day >= lower(v_period) AND d.day < upper(v_period)
        ) AS t
    );
END $$;

COMMENT ON FUNCTION api.analyse_customers IS
'Customers

A customer is new in the step of their first paid order, and returning in each later step in which they buy. Lifetime
value is the total of all their orders minus refunds. A cohort is the customers who first bought in a given month;
cohorts cover the year up to `to`. Ids and handles are the only personal data.';

GRANT EXECUTE ON FUNCTION api.analyse_customers TO app_admin;
