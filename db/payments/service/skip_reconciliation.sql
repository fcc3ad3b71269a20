-- Ends a comparison that cannot be made: the gateway is not configured here, or has no interface for its books. Its
-- callbacks that matched nothing are noted all the same.
-- Callers:   the worker, `storeproc reconcile`.
-- Locks:     the run, the differences.
CREATE FUNCTION api.skip_reconciliation(run_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_provider text;
BEGIN
    PERFORM identity.authenticate_service('worker');
    UPDATE payments.reconciliation_runs AS r SET status = 'not_available', completed_at = now()
    WHERE r.id = skip_reconciliation.run_id AND r.status IN ('reading', 'comparing')
    RETURNING r.provider INTO v_provider;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM payments.note_unknown_events(v_provider);
    RETURN true;
END $$;

COMMENT ON FUNCTION api.skip_reconciliation IS
'End a reconciliation that cannot be made

For the worker.';

GRANT EXECUTE ON FUNCTION api.skip_reconciliation TO app_worker;
