-- Whether a refund's money came back to the shop for good: a lost dispute was won back, or took another amount. Unlike
-- a refund that the payer's bank returned, it is owed to nobody, and its credit note is cancelled.
-- Callers:   was_credited, require_failed, api.retry_refund, billing.issue_debit_note, billing.issue_credit_note,
--            billing.check_invoices, waits_for_support, audit.check_invariants. monitor.take_figures has it inline.
CREATE OR REPLACE FUNCTION payments.was_reversed(refund_id uuid)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN EXISTS (
    SELECT FROM payments.refunds AS r
    WHERE r.id = was_reversed.refund_id AND r.reason = 'dispute_lost' AND r.status = 'failed'
      AND r.completed_at IS NOT NULL
);

GRANT EXECUTE ON FUNCTION payments.was_reversed TO store_api;
