-- A comparison with a gateway's books as a client reads it. Not an endpoint.
-- Callers:   api.run_reconciliation.
CREATE FUNCTION api.render_reconciliation_run(run payments.reconciliation_runs)
RETURNS api.reconciliation_run
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    run.id, run.provider, run.status, run.since, run.until, run.read, run.checked, run.booked, run.completed_at,
    run.created_at
)::api.reconciliation_run;
