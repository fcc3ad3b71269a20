-- Records that the gateway has sent the money of a payout. Idempotent. Returns whether anything changed.
-- Callers:   the worker.
-- Locks:     the payout, then the ledger account.
-- Errors:    payout_not_found 404.
CREATE FUNCTION api.complete_payout(payout_id uuid, provider_reference text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN payments.mark_payout_completed(complete_payout.payout_id, complete_payout.provider_reference);
END $$;

COMMENT ON FUNCTION api.complete_payout IS
'Record that a payout was sent

For the worker.';

GRANT EXECUTE ON FUNCTION api.complete_payout TO app_worker;
