-- depends: 0011.invoices
-- Reporting: what was sold, of what, to whom, summed up by the day; exchange rates, for reports only.

-- Days are UTC's, as the invoices' years are.

-- --- settings and rates -------------------------------------------------------------------------

CREATE TABLE report.settings (
    singleton          boolean PRIMARY KEY DEFAULT true CONSTRAINT report_settings_once CHECK (singleton),
    reporting_currency char(3) NOT NULL DEFAULT 'USD' CONSTRAINT currency_unknown REFERENCES catalog.currencies ON DELETE RESTRICT,
    refresh_interval   interval NOT NULL DEFAULT '30 seconds'
        CONSTRAINT refresh_interval_out_of_range CHECK (refresh_interval BETWEEN '5 seconds' AND '1 day'),
    low_stock          bigint NOT NULL DEFAULT 5 CONSTRAINT low_stock_out_of_range CHECK (low_stock BETWEEN 0 AND 1000000)
);
CREATE INDEX settings_reporting_currency ON report.settings (reporting_currency);
COMMENT ON CONSTRAINT refresh_interval_out_of_range ON report.settings IS 'Reports are refreshed every 5 seconds at most, and once a day at least.';
COMMENT ON CONSTRAINT low_stock_out_of_range ON report.settings IS 'Stock is low between 0 and 1,000,000 pieces.';
INSERT INTO report.settings DEFAULT VALUES;

-- What one unit of a currency is worth in another, by the day. Nothing is bought or sold at these rates: they add up reports.
CREATE TABLE report.exchange_rates (
    currency   char(3) NOT NULL CONSTRAINT currency_unknown REFERENCES catalog.currencies ON DELETE CASCADE,
    base       char(3) NOT NULL CONSTRAINT base_unknown REFERENCES catalog.currencies ON DELETE CASCADE,    -- the reporting currency when it was set
    rate       numeric NOT NULL CONSTRAINT rate_out_of_range CHECK (rate BETWEEN 0.000000001 AND 1000000000),
    valid      daterange NOT NULL CONSTRAINT rate_period_empty CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
    created_by uuid REFERENCES identity.accounts ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rate_overlap PRIMARY KEY (currency, base, valid WITHOUT OVERLAPS),
    CONSTRAINT rate_of_itself CHECK (currency <> base)
);
CREATE INDEX exchange_rates_base ON report.exchange_rates (base);
CREATE INDEX exchange_rates_created_by ON report.exchange_rates (created_by);
COMMENT ON CONSTRAINT rate_out_of_range ON report.exchange_rates IS 'A rate lies between 0.000000001 and 1,000,000,000.';
COMMENT ON CONSTRAINT rate_overlap ON report.exchange_rates IS 'Another rate is in force in that period.';
COMMENT ON CONSTRAINT rate_of_itself ON report.exchange_rates IS 'A currency is always worth one of itself.';

-- When each of the views below was made anew, and how long it took. Null: never; the worker does it at once.
CREATE TABLE report.refreshes (
    name  text PRIMARY KEY,
    as_of timestamptz,
    took  interval NOT NULL DEFAULT '0'
);
INSERT INTO report.refreshes (name) VALUES
    ('daily_revenue'), ('order_statuses'), ('daily_products'), ('customer_days'), ('customer_value'), ('customer_cohorts');

-- --- what is summed up --------------------------------------------------------------------------
-- State, so a migration; each with the unique index that REFRESH … CONCURRENTLY needs. Row security does not reach materialised views: the api
-- reads them through report.v_…, which answer to an admin only.

-- Orders count on the day they were paid, refunds and commission on the day they were booked: what has been reported stays.
CREATE MATERIALIZED VIEW report.daily_revenue AS
SELECT f.day, f.currency, sum(f.orders)::bigint AS orders, sum(f.gross)::bigint AS gross, sum(f.discount)::bigint AS discount,
       sum(f.tax)::bigint AS tax, sum(f.shipping)::bigint AS shipping, sum(f.refunds)::bigint AS refunds,
       (sum(f.gross) - sum(f.refunds))::bigint AS net, sum(f.commission)::bigint AS commission
FROM (
    SELECT (o.paid_at AT TIME ZONE 'UTC')::date AS day, o.currency, 1 AS orders, o.total AS gross, o.discount, o.tax, o.shipping,
           0 AS refunds, 0 AS commission
    FROM sales.orders AS o WHERE o.paid_at IS NOT NULL
    UNION ALL
    SELECT (t.created_at AT TIME ZONE 'UTC')::date, t.currency, 0, 0, 0, 0, 0,
           CASE t.kind WHEN 'refund' THEN t.amount WHEN 'refund_reversed' THEN -t.amount ELSE 0 END,
           CASE t.kind WHEN 'commission' THEN t.amount WHEN 'commission_returned' THEN -t.amount
                       WHEN 'commission_returned_reversed' THEN t.amount ELSE 0 END
    FROM ledger.transfers AS t JOIN sales.orders AS o ON o.id = t.order_id
    WHERE t.kind IN ('refund', 'refund_reversed', 'commission', 'commission_returned', 'commission_returned_reversed')
      AND t.phase IN ('posted', 'post') AND o.paid_at IS NOT NULL
) AS f
GROUP BY f.day, f.currency;
CREATE UNIQUE INDEX daily_revenue_key ON report.daily_revenue (day, currency);
COMMENT ON MATERIALIZED VIEW report.daily_revenue IS
    'By day (UTC) and currency, in minor units: orders paid and what they cost (gross, with tax and shipping), refunds and commission as booked.';

-- What was sold of a product, and how much of that has come back since.
CREATE MATERIALIZED VIEW report.daily_products AS
SELECT (o.paid_at AT TIME ZONE 'UTC')::date AS day, i.product_id, o.currency, count(*) AS lines, sum(i.quantity)::bigint AS units,
       sum(i.total)::bigint AS revenue, count(*) FILTER (WHERE i.amount_refunded > 0) AS lines_refunded,
       sum(i.quantity_refunded)::bigint AS units_refunded, sum(i.amount_refunded)::bigint AS refunded
FROM sales.orders AS o JOIN sales.order_items AS i ON i.order_id = o.id
WHERE o.paid_at IS NOT NULL AND i.product_id IS NOT NULL
GROUP BY 1, 2, 3;
CREATE UNIQUE INDEX daily_products_key ON report.daily_products (day, product_id, currency);
COMMENT ON MATERIALIZED VIEW report.daily_products IS
    'By the day (UTC) of the sale, product and currency: lines, units, revenue in minor units, and what has been refunded of it since.';

CREATE MATERIALIZED VIEW report.customer_days AS
SELECT d.day, d.account_id, d.orders, min(d.day) OVER (PARTITION BY d.account_id) AS first_day
FROM (
    SELECT (o.paid_at AT TIME ZONE 'UTC')::date AS day, o.account_id, count(*) AS orders
    FROM sales.orders AS o WHERE o.paid_at IS NOT NULL GROUP BY 1, 2
) AS d;
CREATE UNIQUE INDEX customer_days_key ON report.customer_days (day, account_id);
COMMENT ON MATERIALIZED VIEW report.customer_days IS 'The days (UTC) on which a customer paid for orders, and the first of them.';

CREATE MATERIALIZED VIEW report.customer_value AS
SELECT o.account_id, o.currency, count(*) AS orders, sum(o.total)::bigint AS gross, sum(o.amount_refunded)::bigint AS refunded,
       min((o.paid_at AT TIME ZONE 'UTC')::date) AS first_day, max((o.paid_at AT TIME ZONE 'UTC')::date) AS last_day
FROM sales.orders AS o WHERE o.paid_at IS NOT NULL
GROUP BY o.account_id, o.currency;
CREATE UNIQUE INDEX customer_value_key ON report.customer_value (account_id, currency);
COMMENT ON MATERIALIZED VIEW report.customer_value IS 'What a customer has brought in all, by currency, in minor units.';

CREATE MATERIALIZED VIEW report.customer_cohorts AS
SELECT date_trunc('month', c.first_day::timestamp)::date AS cohort, date_trunc('month', c.day::timestamp)::date AS month,
       count(DISTINCT c.account_id) AS customers, sum(c.orders)::bigint AS orders
FROM report.customer_days AS c
GROUP BY 1, 2;
CREATE UNIQUE INDEX customer_cohorts_key ON report.customer_cohorts (cohort, month);
COMMENT ON MATERIALIZED VIEW report.customer_cohorts IS 'Of the customers whose first order was in a month (UTC): how many bought in each month since.';

CREATE MATERIALIZED VIEW report.order_statuses AS
SELECT o.status, count(*) AS orders FROM sales.orders AS o GROUP BY o.status;
CREATE UNIQUE INDEX order_statuses_key ON report.order_statuses (status);
COMMENT ON MATERIALIZED VIEW report.order_statuses IS 'How many orders are in each status.';
