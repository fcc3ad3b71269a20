-- Records that the gateway has made a refund. Idempotent.
-- Callers:   the worker.
-- Locks:     order, payment, refund, ledger accounts.
-- Errors:    refund_not_found 404.
CREATE FUNCTION api.complete_refund(refund_id uuid, provider_reference text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN payments.mark_refund_completed(complete_refund.refund_id, complete_refund.provider_reference);
END $$;

COMMENT ON FUNCTION api.complete_refund IS
'Record that a gateway refunded

For the worker.';

GRANT EXECUTE ON FUNCTION api.complete_refund TO app_worker;
