-- Records that the test gateway, which stands in for the bank, has sent the money of a payout. Only the demo shop has
-- such a bank: elsewhere a person confirms what the bank has done (api.confirm_payout). Idempotent. Returns whether
-- anything changed.
-- Callers:   the worker.
-- Locks:     the payout, then the ledger account.
-- Errors:    payout_not_found 404, payout_suspended 409.
CREATE FUNCTION api.complete_payout(payout_id uuid, provider_reference text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    IF NOT (SELECT s.demo FROM sales.settings AS s) THEN
        RETURN false;
    END IF;
    RETURN payments.mark_payout_completed(complete_payout.payout_id, complete_payout.provider_reference);
END $$;

COMMENT ON FUNCTION api.complete_payout IS
'Record that a payout was sent

For the worker of the demo shop; elsewhere it changes nothing.';

GRANT EXECUTE ON FUNCTION api.complete_payout TO app_worker;
