-- Stores a page of a gateway's books and the place where the next one begins, and has the worker go on. The last page
-- ends the reading: what the gateway kept and paid out beside payments is booked, money and callbacks that belong to no
-- payment are noted, and the comparison begins. A page that
-- another worker has stored meanwhile, or of a period that is no longer the run's, is ignored.
-- Callers:   the worker, `storeproc reconcile`.
-- Returns:   whether the page was stored.
-- Locks:     the run, the entries.
CREATE FUNCTION api.store_gateway_movements(
    run_id uuid, since timestamptz, until timestamptz, movements api.gateway_movement[],
    "position" text DEFAULT NULL, next_position text DEFAULT NULL
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_run payments.reconciliation_runs;
BEGIN
    PERFORM identity.authenticate_service('worker');
    UPDATE payments.reconciliation_runs AS r
    SET position = store_gateway_movements.next_position,
        status = CASE WHEN store_gateway_movements.next_position IS NULL THEN 'comparing' ELSE 'reading' END,
        read = r.read + cardinality(store_gateway_movements.movements)
    WHERE r.id = store_gateway_movements.run_id AND r.status = 'reading'
      AND (r.since, r.until) = (store_gateway_movements.since, store_gateway_movements.until)
      AND r.position IS NOT DISTINCT FROM store_gateway_movements."position"
    RETURNING r.* INTO v_run;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM api.store_movements(v_run.id, v_run.provider, store_gateway_movements.movements);
    IF v_run.status = 'comparing' THEN
        PERFORM payments.book_account_movements(v_run.provider);
        PERFORM payments.note_unknown_money(v_run.provider);
        PERFORM payments.note_unknown_events(v_run.provider);
    END IF;
    PERFORM messaging.enqueue_job('reconcile_gateway', jsonb_build_object('run_id', v_run.id));
    RETURN true;
END $$;

COMMENT ON FUNCTION api.store_gateway_movements IS
'Store a page of a gateway''s books

For the worker.';

GRANT EXECUTE ON FUNCTION api.store_gateway_movements TO app_worker;
