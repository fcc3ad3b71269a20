-- Raises an error unless a refund has failed and was not retried, so that it can be settled in another way.
-- Callers:   settle_refund, api.settle_refund. The caller holds the order or the payment.
-- Errors:    refund_not_failed, refund_reversed, refund_retried_twice 409.
CREATE OR REPLACE FUNCTION payments.require_failed(refund payments.refunds)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF refund.status <> 'failed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_not_failed',
            MESSAGE = format('This refund is %s.', refund.status),
            HINT = 'Only a failed refund can be settled in another way.';
    ELSIF payments.was_reversed(refund.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_reversed',
            MESSAGE = 'The dispute of this refund was won back: its money belongs to the shop.',
            HINT = 'Refund the payment.';
    ELSIF EXISTS (SELECT FROM payments.refunds AS r WHERE r.retry_of = refund.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_retried_twice',
            MESSAGE = 'This refund has already been retried.', HINT = 'Settle the newer refund.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION payments.require_failed TO store_api;
