-- Records that the gateway has made a refund. Idempotent.
-- Callers:   the worker.
-- Locks:     order, payment, refund, ledger accounts.
-- Errors:    refund_not_found 404.
CREATE FUNCTION api.complete_refund(refund_id uuid, provider_reference text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund payments.refunds;
BEGIN
    PERFORM identity.authenticate_service('worker');
    v_refund := payments.lock_refund(complete_refund.refund_id);
    IF v_refund.provider_reference <> complete_refund.provider_reference THEN
        -- A refund made by hand at the gateway took the place of this one while it was being sent: there are two.
        RETURN payments.receive_refund_event(v_refund.payment_id, 'refund_completed', NULL,
                                             complete_refund.provider_reference, v_refund.amount, NULL) = 'applied';
    END IF;
    RETURN payments.mark_refund_completed(v_refund.id, complete_refund.provider_reference);
END $$;

COMMENT ON FUNCTION api.complete_refund IS
'Record that a gateway refunded

For the worker.';

GRANT EXECUTE ON FUNCTION api.complete_refund TO app_worker;
