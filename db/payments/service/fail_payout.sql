-- Records that the gateway refused to send the money of a payout, permanently. Idempotent. Returns whether anything
-- changed.
-- Callers:   the worker.
-- Locks:     the payout, then the ledger account.
-- Errors:    payout_not_found 404.
CREATE FUNCTION api.fail_payout(payout_id uuid, failure_code text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN payments.mark_payout_failed(fail_payout.payout_id, fail_payout.failure_code);
END $$;

COMMENT ON FUNCTION api.fail_payout IS
'Record that a payout was refused

For the worker.';

GRANT EXECUTE ON FUNCTION api.fail_payout TO app_worker;
