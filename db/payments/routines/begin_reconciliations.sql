-- Begins a comparison for each gateway that is enabled or has had payments.
-- Callers:   api.run_reconciliation, `storeproc reconcile`.
-- Locks:     those of begin_reconciliation.
-- Errors:    period_in_the_future 422.
CREATE OR REPLACE FUNCTION payments.begin_reconciliations(since timestamptz DEFAULT NULL)
RETURNS SETOF payments.reconciliation_runs
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.*
    FROM payments.providers AS p
    CROSS JOIN LATERAL payments.begin_reconciliation(p.name, begin_reconciliations.since) AS r
    WHERE p.kind = 'gateway'
      AND (p.enabled OR EXISTS (SELECT FROM payments.payments AS y WHERE y.provider = p.name))
    ORDER BY p.name;
$$;

GRANT EXECUTE ON FUNCTION payments.begin_reconciliations TO store_api;
