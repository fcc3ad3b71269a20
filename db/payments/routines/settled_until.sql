-- Until when a comparison may expect our entries in the gateway's books too.
-- Callers:   api.list_payments_to_reconcile, api.reconcile_payment.
CREATE OR REPLACE FUNCTION payments.settled_until(run_id uuid)
RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT r.until - p.in_books_within
    FROM payments.reconciliation_runs AS r JOIN payments.providers AS p ON p.name = r.provider
    WHERE r.id = settled_until.run_id;
END;

GRANT EXECUTE ON FUNCTION payments.settled_until TO store_api;
