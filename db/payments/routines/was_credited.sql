-- Whether a refund, or an earlier one that it repeats, was paid to the payer. Its credit note stays valid even if the
-- money has come back since, and covers all repetitions; only that of a dispute that was won back is cancelled.
-- Callers:   require_refundable, refund_order, adopt_refund, mark_refund_completed, billing.check_invoices.
CREATE OR REPLACE FUNCTION payments.was_credited(refund_id uuid)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE before (id) AS (
        SELECT was_credited.refund_id
        UNION ALL
        SELECT r.retry_of FROM before AS b JOIN payments.refunds AS r ON r.id = b.id
    )
    SELECT EXISTS (SELECT FROM before AS b JOIN payments.refunds AS r ON r.id = b.id
                   WHERE r.completed_at IS NOT NULL AND NOT payments.was_reversed(r.id));
$$;

GRANT EXECUTE ON FUNCTION payments.was_credited TO store_api;
