-- Begins the comparison of a gateway's books with ours, and has the worker make it. One that is under way is answered
-- again; it starts anew, up to this moment, if it has not begun to read or began with a later moment than the given
-- one.
-- Callers:   begin_reconciliations, api.begin_due_reconciliations.
-- Locks:     the run that is under way.
-- Errors:    period_in_the_future 422, busy 503.
CREATE OR REPLACE FUNCTION payments.begin_reconciliation(provider text, since timestamptz DEFAULT NULL)
RETURNS payments.reconciliation_runs
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_since CONSTANT timestamptz := coalesce(
        begin_reconciliation.since,
        (SELECT p.reconcile_from FROM payments.providers AS p WHERE p.name = begin_reconciliation.provider));
    v_run payments.reconciliation_runs;
BEGIN
    IF v_since > now() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'period_in_the_future',
            MESSAGE = 'The period to reconcile has not begun yet.', HINT = 'Send an earlier `since`.';
    END IF;
    FOR attempt IN 1 .. 2 LOOP
        INSERT INTO payments.reconciliation_runs AS r (provider, since, requested_by)
        VALUES (begin_reconciliation.provider, v_since, identity.current_actor())
        ON CONFLICT DO NOTHING      -- reconciliation_under_way
        RETURNING r.* INTO v_run;
        EXIT WHEN FOUND;
        SELECT * INTO v_run FROM payments.reconciliation_runs AS r
        WHERE r.provider = begin_reconciliation.provider AND r.status IN ('reading', 'comparing')
        FOR NO KEY UPDATE;
        CONTINUE WHEN NOT FOUND;    -- it has just ended
        IF v_since < v_run.since OR v_run.status = 'reading' AND v_run.position IS NULL THEN
            UPDATE payments.reconciliation_runs AS r
            SET since = least(r.since, v_since), until = now(), status = 'reading', position = NULL
            WHERE r.id = v_run.id
            RETURNING r.* INTO v_run;
        END IF;
        EXIT;
    END LOOP;
    IF v_run.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH503', CONSTRAINT = 'busy',
            MESSAGE = 'Another reconciliation was ending. Try again.';
    END IF;
    PERFORM messaging.enqueue_job('reconcile_gateway', jsonb_build_object('run_id', v_run.id));
    RETURN v_run;
END $$;

GRANT EXECUTE ON FUNCTION payments.begin_reconciliation TO store_api;
