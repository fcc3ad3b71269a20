-- Begins the daily comparison of each gateway's books with ours.
-- Callers:   the worker.
-- Returns:   how many began.
-- Locks:     those of payments.begin_reconciliation.
CREATE FUNCTION api.begin_due_reconciliations()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_provider text;
    v_count    bigint := 0;
BEGIN
    PERFORM identity.authenticate_service('worker');
    FOR v_provider IN
        SELECT p.name FROM payments.providers AS p
        WHERE p.kind = 'gateway' AND p.reconcile_from <= now() - interval '1 day'
          AND EXISTS (SELECT FROM payments.payments AS y WHERE y.provider = p.name)
          AND NOT EXISTS (SELECT FROM payments.reconciliation_runs AS r
                          WHERE r.provider = p.name
                            AND (r.created_at > now() - interval '1 day' OR r.status IN ('reading', 'comparing')))
        ORDER BY p.name
        FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        PERFORM payments.begin_reconciliation(v_provider);
        v_count := v_count + 1;
    END LOOP;
    RETURN v_count;
END $$;

COMMENT ON FUNCTION api.begin_due_reconciliations IS
'Begin the daily reconciliation

For the worker.';

GRANT EXECUTE ON FUNCTION api.begin_due_reconciliations TO app_worker;
