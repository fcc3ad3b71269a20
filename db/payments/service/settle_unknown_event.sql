-- Closes the difference of a callback that matched nothing: the gateway was asked, and what it answered is applied.
-- Callers:   the worker, `storeproc reconcile`.
-- Locks:     the difference.
CREATE FUNCTION api.settle_unknown_event(provider text, event_id text, payment_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    UPDATE payments.reconciliation_differences AS d
    SET payment_id = settle_unknown_event.payment_id, reason = 'The gateway was asked, and its answer is applied.',
        explained_at = now()
    WHERE d.provider = settle_unknown_event.provider AND d.subject = 'event:' || settle_unknown_event.event_id
      AND d.explained_at IS NULL;
    RETURN FOUND;
END $$;

COMMENT ON FUNCTION api.settle_unknown_event IS
'Close the difference of a callback

For the worker.';

GRANT EXECUTE ON FUNCTION api.settle_unknown_event TO app_worker;
