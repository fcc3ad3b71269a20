-- Best sellers, refund rates, and products that are sold out.
-- Errors: period_invalid, period_too_long 422.
CREATE DOMAIN api.product_report_sort AS text
    CONSTRAINT sort_unknown CHECK (VALUE = ANY (ARRAY['revenue', 'units', 'refund_rate']));
COMMENT ON DOMAIN api.product_report_sort IS 'The figure that the list is sorted by, largest first.';
CREATE TYPE api.product_amount AS (currency api.currency, revenue bigint, refunded bigint);
CREATE TYPE api.product_figures AS (
    product_id uuid, merchant_id uuid, sku text, name text, units bigint, units_refunded bigint, refund_rate numeric,
    available bigint, amounts api.product_amount[], converted api.product_amount
);
COMMENT ON COLUMN api.product_figures.refund_rate IS
'The share of the sold order lines of which something was refunded since; 0 to 1.';
COMMENT ON COLUMN api.product_figures.converted IS 'In the reporting currency. Null: a rate is missing.';
CREATE TYPE api.sold_out_product AS (
    product_id uuid, merchant_id uuid, sku text, name text, units bigint, since timestamptz
);
COMMENT ON COLUMN api.sold_out_product.units IS 'The number of pieces sold in the period.';
COMMENT ON COLUMN api.sold_out_product.since IS 'Null: it was never in stock.';
CREATE TYPE api.product_report AS (
    as_of timestamptz, "from" date, "to" date, reporting_currency api.currency, data api.product_figures[],
    sold_out api.sold_out_product[]
);
COMMENT ON COLUMN api.product_report.as_of IS
'The report contains everything that was booked by then. Null before the first refresh.';
COMMENT ON COLUMN api.product_report.sold_out IS 'Products that are sold out now, best sellers first; at most fifty.';

CREATE FUNCTION api.analyse_products(
    "from" date DEFAULT NULL, "to" date DEFAULT NULL, sort api.product_report_sort DEFAULT 'revenue',
    "limit" api.page_limit DEFAULT 20
)
RETURNS api.product_report
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_period CONSTANT daterange := report.require_period(analyse_products."from", analyse_products."to", 'day');
BEGIN
    RETURN (
        WITH sold AS (
            SELECT p.product_id, p.currency, sum(p.lines) AS lines, sum(p.units) AS units, sum(p.revenue) AS revenue,
                   sum(p.lines_refunded) AS lines_refunded, sum(p.units_refunded) AS units_refunded,
                   sum(p.refunded) AS refunded, sum(p.revenue * f.factor) AS revenue_converted,
                   sum(p.refunded * f.factor) AS refunded_converted, bool_and(f.factor IS NOT NULL) AS complete
            FROM report.v_daily_products AS p
            LEFT JOIN report.day_factors(lower(v_period), upper(v_period) - 1) AS f
                ON f.currency = p.currency AND f.day = p.day
            WHERE p.day >= lower(v_period) AND p.day < upper(v_period)
            GROUP BY p.product_id, p.currency
        ), products AS (
            SELECT s.product_id, sum(s.units) AS units, sum(s.units_refunded) AS units_refunded,
                   round(sum(s.lines_refunded) / sum(s.lines), 4) AS refund_rate,
                   round(sum(s.revenue_converted)) AS revenue, round(sum(s.refunded_converted)) AS refunded,
                   bool_and(s.complete) AS complete,
                   array_agg(ROW(s.currency, s.revenue, s.refunded)::api.product_amount ORDER BY s.currency) AS amounts
            FROM sold AS s GROUP BY s.product_id
        ), best AS (
            SELECT p.*,
                   CASE analyse_products.sort
                       WHEN 'units' THEN p.units
                       WHEN 'refund_rate' THEN p.refund_rate
                       ELSE p.revenue END AS rank
            FROM products AS p ORDER BY rank DESC NULLS LAST, p.units DESC, p.product_id LIMIT analyse_products."limit"
        )
        SELECT ROW(
            report.as_of('daily_products'), lower(v_period), upper(v_period) - 1, s.reporting_currency,
            ARRAY(
                SELECT ROW(p.id, p.merchant_id, p.sku, p.name, b.units, b.units_refunded, b.refund_rate,
                           CASE WHEN p.deleted_at IS NULL THEN t.on_hand - t.reserved ELSE 0 END, b.amounts,
                           CASE WHEN b.complete THEN ROW(
                               s.reporting_currency, b.revenue, b.refunded
                           )::api.product_amount END)::api.product_figures
                FROM best AS b
                JOIN catalog.products AS p ON p.id = b.product_id
                LEFT JOIN catalog.stock_levels AS t ON t.product_id = p.id
                ORDER BY b.rank DESC NULLS LAST, b.units DESC, b.product_id
            ),
            ARRAY(
                -- The last movement that changed the available stock is the one that used it up.
                SELECT ROW(o.id, o.merchant_id, o.sku, o.name, o.units,
                           (SELECT m.created_at FROM catalog.stock_movements AS m
                            WHERE m.product_id = o.id AND m.on_hand_delta <> m.reserved_delta
                            ORDER BY m.id DESC LIMIT 1))::api.sold_out_product
                FROM (
                    SELECT p.id, p.merchant_id, p.sku, p.name, coalesce(q.units, 0) AS units
                    FROM catalog.stock_levels AS t
                    JOIN catalog.products AS p ON p.id = t.product_id
                    LEFT JOIN products AS q ON q.product_id = p.id
                    WHERE t.on_hand - t.reserved <= 0 AND p.deleted_at IS NULL
                    ORDER BY coalesce(q.units, 0) DESC, p.id LIMIT 50
                ) AS o
                ORDER BY o.units DESC, o.id
            )
        )::api.product_report
        FROM report.settings AS s
    );
END $$;

COMMENT ON FUNCTION api.analyse_products IS
'Products

Best sellers of a period (by default the last thirty days; `from` and `to` are both included) by revenue, units or
refund rate, and products that are sold out now. For the order by revenue, amounts without an exchange rate do not
count.';

GRANT EXECUTE ON FUNCTION api.analyse_products TO app_admin;
