-- Ends a comparison that cannot be made: the gateway is not configured here, or has no interface for its books.
-- Callers:   the worker, `storeproc reconcile`.
-- Locks:     the run.
CREATE FUNCTION api.skip_reconciliation(run_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    UPDATE payments.reconciliation_runs AS r SET status = 'not_available', completed_at = now()
    WHERE r.id = skip_reconciliation.run_id AND r.status IN ('reading', 'comparing');
    RETURN FOUND;
END $$;

COMMENT ON FUNCTION api.skip_reconciliation IS
'End a reconciliation that cannot be made

For the worker.';

GRANT EXECUTE ON FUNCTION api.skip_reconciliation TO app_worker;
