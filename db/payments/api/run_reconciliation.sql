-- Begins a comparison of each gateway's books with ours, which the worker makes.
-- Locks:  those of payments.begin_reconciliation.
-- Errors: period_in_the_future 422.
CREATE FUNCTION api.run_reconciliation(since timestamptz DEFAULT NULL)
RETURNS api.reconciliation_run_page
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN ROW(
        ARRAY(SELECT api.render_reconciliation_run(r)
              FROM payments.begin_reconciliations(run_reconciliation.since) AS r ORDER BY r.provider),
        NULL
    )::api.reconciliation_run_page;
END $$;

COMMENT ON FUNCTION api.run_reconciliation IS
'Compare our books with the gateways''

From `since` until now; without it from where the daily comparison stands. The worker makes it: what it can explain it
books, the rest is listed as differences. A comparison that is under way is answered again.';

GRANT EXECUTE ON FUNCTION api.run_reconciliation TO app_support;
