-- The shop at a glance: sales (from the reports), and work that waits (counted now).
CREATE DOMAIN api.dashboard_period AS text
    CONSTRAINT dashboard_period_unknown CHECK (VALUE = ANY (ARRAY['today', '7_days', '30_days']));
COMMENT ON DOMAIN api.dashboard_period IS 'A number of days up to now.';
CREATE TYPE api.sales_comparison AS (name api.dashboard_period, now api.sales, before api.sales);
CREATE TYPE api.status_count AS (status api.order_status, orders bigint);
CREATE TYPE api.work AS (
    open_payments bigint, authorized_payments bigint, pending_refunds bigint, failed_refunds bigint,
    open_disputes bigint, pending_payouts bigint, pending_credit_changes bigint, low_stock bigint, sold_out bigint,
    queued_jobs bigint, failing_jobs bigint, oldest_job_seconds bigint
);
COMMENT ON COLUMN api.work.failed_refunds IS 'Those that wait to be retried or settled, with money that was won
back after its order was cancelled.';
COMMENT ON COLUMN api.work.queued_jobs IS 'Due, but not done yet.';
CREATE TYPE api.low_stock_product AS (
    product_id uuid, merchant_id uuid, sku text, name text, on_hand bigint, reserved bigint, available bigint
);
CREATE TYPE api.dashboard AS (
    as_of timestamptz, reporting_currency api.currency, periods api.sales_comparison[],
    orders_by_status api.status_count[], work api.work, low_stock api.low_stock_product[]
);
COMMENT ON COLUMN api.dashboard.as_of IS 'Sales and orders are as they were then. Null before the first refresh.';
COMMENT ON COLUMN api.dashboard.periods IS 'today, 7_days and 30_days, each beside the same number of days before.';
COMMENT ON COLUMN api.dashboard.low_stock IS 'The ten products with the lowest stock that are not sold out.';

CREATE FUNCTION api.get_dashboard()
RETURNS api.dashboard
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_today CONSTANT date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    RETURN (
        SELECT ROW(
            report.as_of('daily_revenue', 'daily_fees', 'order_statuses'), s.reporting_currency,
            ARRAY(
                SELECT ROW(p.name, api.render_sales(v_today - p.days + 1, v_today),
                           api.render_sales(v_today - 2 * p.days + 1, v_today - p.days))::api.sales_comparison
                FROM (VALUES ('today', 1), ('7_days', 7), ('30_days', 30)) AS p (name, days) ORDER BY p.days
            ),
            ARRAY(
                SELECT ROW(t.status, coalesce(c.orders, 0))::api.status_count
                FROM unnest(
                    ARRAY['pending', 'paid', 'shipped', 'delivered', 'cancelled']
                ) WITH ORDINALITY AS t (status, n)
                FULL JOIN report.v_order_statuses AS c ON c.status = t.status ORDER BY t.n, t.status
            ),
            (SELECT ROW(w.*)::api.work FROM report.count_work() AS w),
            ARRAY(
                SELECT ROW(
                    p.id, p.merchant_id, p.sku, p.name, t.on_hand, t.reserved, t.on_hand - t.reserved
                )::api.low_stock_product
                FROM catalog.stock_levels AS t JOIN catalog.products AS p ON p.id = t.product_id
                WHERE t.on_hand - t.reserved BETWEEN 1 AND s.low_stock AND p.deleted_at IS NULL
                ORDER BY t.on_hand - t.reserved, p.name, p.id LIMIT 10
            )
        )::api.dashboard
        FROM report.settings AS s
    );
END $$;

COMMENT ON FUNCTION api.get_dashboard IS
'The dashboard

Sales of today, seven and thirty days (UTC) beside the same number of days before, orders by status, work that waits,
low stock. Sales and statuses are as of `as_of`; the rest is counted now.';

GRANT EXECUTE ON FUNCTION api.get_dashboard TO app_admin;
