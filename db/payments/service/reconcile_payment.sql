-- Takes the gateway's record of one payment (what it took, its refunds, disputes and fee) and decides: what it explains
-- is booked, what remains is noted as a difference. Without entries, those that were read before decide. Idempotent.
-- Callers:   the worker, `storeproc reconcile`.
-- Returns:   agrees, booked or differs.
-- Locks:     the entries, then those of payments.reconcile_payment.
-- Errors:    reconciliation_not_found, payment_not_found 404.
CREATE FUNCTION api.reconcile_payment(run_id uuid, payment_id uuid, movements api.gateway_movement[] DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_run payments.reconciliation_runs;
BEGIN
    PERFORM identity.authenticate_service('worker');
    SELECT * INTO v_run FROM payments.reconciliation_runs AS r WHERE r.id = reconcile_payment.run_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'reconciliation_not_found',
            MESSAGE = 'There is no such reconciliation.';
    END IF;
    PERFORM payments.lock_payment(reconcile_payment.payment_id);
    PERFORM api.store_movements(v_run.id, v_run.provider, reconcile_payment.movements);
    RETURN payments.reconcile_payment(reconcile_payment.payment_id, v_run.since, payments.settled_until(v_run.id));
END $$;

COMMENT ON FUNCTION api.reconcile_payment IS
'Compare a payment with its gateway''s record

For the worker.';

GRANT EXECUTE ON FUNCTION api.reconcile_payment TO app_worker;
