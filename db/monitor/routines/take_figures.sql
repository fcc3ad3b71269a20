-- Counts orders, payments and refunds by status, with their amounts in minor units. It reads the whole tables, so it
-- runs at intervals, never in a scrape. 1,000,000 orders: see monitoring/README.md.
-- Callers:   monitor.take_snapshot.
-- Locks:     the figures that changed.
CREATE OR REPLACE FUNCTION monitor.take_figures()
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH counted AS MATERIALIZED (
        SELECT 'order' AS name, jsonb_build_object('status', o.status, 'currency', o.currency) AS labels,
               count(*)::double precision AS count, sum(o.total)::double precision AS amount
        FROM sales.orders AS o GROUP BY o.status, o.currency
        UNION ALL
        SELECT 'payment', jsonb_build_object('provider', p.provider, 'status', p.status, 'currency', p.currency),
               count(*), sum(CASE p.status WHEN 'completed' THEN p.amount_captured ELSE p.amount END)
        FROM payments.payments AS p GROUP BY p.provider, p.status, p.currency
        UNION ALL
        SELECT 'refund',
               jsonb_build_object('status', r.status, 'currency', coalesce(p.captured_currency, p.currency)),
               count(*), sum(r.amount)
        FROM payments.refunds AS r
        JOIN payments.payments AS p ON p.id = r.payment_id
        GROUP BY r.status, coalesce(p.captured_currency, p.currency)
    ), figures AS MATERIALIZED (
        SELECT c.name || 's' AS name, c.labels, c.count AS value FROM counted AS c
        UNION ALL SELECT c.name || '_amount', c.labels, c.amount FROM counted AS c
        -- payments.waits_for_support()
        UNION ALL SELECT 'refunds_to_retry', '{}', count(*)
        FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id
        WHERE r.status = 'failed' AND (r.owed OR r.amount <= p.amount_captured - p.amount_refunded)
          AND NOT EXISTS (SELECT FROM payments.refunds AS n WHERE n.retry_of = r.id)
          AND NOT (r.reason = 'dispute_lost' AND r.completed_at IS NOT NULL)    -- payments.was_reversed()
        UNION ALL SELECT 'reconciliation_differences', jsonb_build_object('provider', p.name),
                         (SELECT count(*) FROM payments.reconciliation_differences AS d
                          WHERE d.provider = p.name AND d.explained_at IS NULL)
        FROM payments.providers AS p WHERE p.kind = 'gateway'
    ), gone AS (
        DELETE FROM monitor.figures AS f
        WHERE NOT EXISTS (SELECT FROM figures AS n WHERE n.name = f.name AND n.labels = f.labels)
    )
    INSERT INTO monitor.figures AS f (name, labels, value)
    SELECT n.name, n.labels, n.value FROM figures AS n
    ON CONFLICT (name, labels) DO UPDATE SET value = excluded.value WHERE f.value <> excluded.value;
END;
