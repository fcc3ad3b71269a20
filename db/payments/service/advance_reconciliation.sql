-- Records that the payments up to one have been compared, and has the worker go on; without one there are no more, and
-- the comparison is complete. Does nothing if another worker has gone on meanwhile.
-- Callers:   the worker, `storeproc reconcile`.
-- Returns:   whether it went on.
-- Locks:     the run, and at its end the provider.
CREATE FUNCTION api.advance_reconciliation(
    run_id uuid, "position" text DEFAULT NULL, next_position uuid DEFAULT NULL, checked bigint DEFAULT 0,
    booked bigint DEFAULT 0
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_run payments.reconciliation_runs;
BEGIN
    PERFORM identity.authenticate_service('worker');
    UPDATE payments.reconciliation_runs AS r
    SET position = coalesce(advance_reconciliation.next_position::text, r.position),
        checked = r.checked + advance_reconciliation.checked, booked = r.booked + advance_reconciliation.booked,
        status = CASE WHEN advance_reconciliation.next_position IS NULL THEN 'completed' ELSE 'comparing' END,
        completed_at = CASE WHEN advance_reconciliation.next_position IS NULL THEN now() END
    WHERE r.id = advance_reconciliation.run_id AND r.status = 'comparing'
      AND r.position IS NOT DISTINCT FROM advance_reconciliation."position"
    RETURNING r.* INTO v_run;
    IF NOT FOUND THEN
        RETURN false;
    ELSIF v_run.status = 'comparing' THEN
        PERFORM messaging.enqueue_job('reconcile_gateway', jsonb_build_object('run_id', v_run.id));
    ELSE
        -- The next period overlaps by a day: clocks differ, and entries may come late.
        UPDATE payments.providers AS p SET reconcile_from = v_run.until - interval '1 day'
        WHERE p.name = v_run.provider AND v_run.since <= p.reconcile_from
          AND p.reconcile_from < v_run.until - interval '1 day';
    END IF;
    RETURN true;
END $$;

COMMENT ON FUNCTION api.advance_reconciliation IS
'Go on with a reconciliation

For the worker.';

GRANT EXECUTE ON FUNCTION api.advance_reconciliation TO app_worker;
