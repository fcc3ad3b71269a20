-- Counts the work that waits now: payments, refunds, disputes, payouts, approvals, stock, the queue.
-- Callers:   api.get_dashboard.
-- Definer:   there is no grant on the queue, and the counts cover all accounts.
CREATE OR REPLACE FUNCTION report.count_work()
RETURNS TABLE (
    open_payments bigint, authorized_payments bigint, pending_refunds bigint, failed_refunds bigint,
    open_disputes bigint, pending_payouts bigint, pending_credit_changes bigint, low_stock bigint, sold_out bigint,
    queued_jobs bigint, failing_jobs bigint, oldest_job_seconds bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT
        (SELECT count(*) FROM payments.payments AS p WHERE p.status IN ('initiated', 'open', 'processing')),
        (SELECT count(*) FROM payments.payments AS p WHERE p.status = 'authorized'),
        (SELECT count(*) FROM payments.refunds AS r WHERE r.status = 'pending'),
        (SELECT count(*) FROM payments.refunds AS r WHERE r.status = 'failed' AND payments.waits_for_support(r.id)),
        (SELECT count(*) FROM payments.disputes AS d WHERE NOT payments.dispute_has_ended(d.status)),
        (SELECT count(*) FROM payments.payouts AS p WHERE p.status = 'pending'),
        (SELECT count(*) FROM ledger.credit_changes AS c WHERE c.status = 'pending'),
        s.low, s.out, q.due, q.failing, q.oldest
    FROM (
        SELECT count(*) FILTER (WHERE t.on_hand - t.reserved BETWEEN 1 AND e.low_stock) AS low,
               count(*) FILTER (WHERE t.on_hand - t.reserved <= 0) AS out
        FROM report.settings AS e, catalog.stock_levels AS t JOIN catalog.products AS p ON p.id = t.product_id
        WHERE t.on_hand - t.reserved <= e.low_stock AND p.deleted_at IS NULL
    ) AS s
    CROSS JOIN (
        SELECT count(*) AS due, count(*) FILTER (WHERE o.last_error IS NOT NULL) AS failing,
               coalesce(greatest(0, extract(epoch FROM now() - min(o.run_at))), 0)::bigint AS oldest
        FROM messaging.outbox AS o WHERE o.done_at IS NULL AND o.run_at <= now()
    ) AS q;
END;

GRANT EXECUTE ON FUNCTION report.count_work TO store_api;
