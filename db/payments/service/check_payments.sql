-- Enqueues a status query at the gateway for attempts that have been open for long, in case a callback was lost. The
-- first follows two minutes after the attempt; each later pause equals the attempt's age, up to six hours.
-- Callers:   the worker.
-- Locks:     the payments, except those that another transaction has locked; they are left for the next call.
CREATE FUNCTION api.check_payments()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payments uuid[];
BEGIN
    PERFORM identity.authenticate_service('worker');
    SELECT array_agg(d.id) INTO v_payments
    FROM (
        SELECT p.id FROM payments.payments AS p
        WHERE p.status IN ('initiated', 'open', 'authorized', 'processing') AND p.check_at <= now()
        ORDER BY p.check_at LIMIT 100
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS d;
    UPDATE payments.payments AS p
    SET check_at = now() + least(greatest(now() - p.created_at, interval '2 minutes'), interval '6 hours')
    WHERE p.id = ANY (v_payments);
    PERFORM messaging.enqueue_job('reconcile_payment', jsonb_build_object('payment_id', v))
    FROM unnest(v_payments) AS v;
    RETURN coalesce(cardinality(v_payments), 0);
END $$;

COMMENT ON FUNCTION api.check_payments IS
'Query the gateway about payments that stay open

For the worker. Returns the number of payments; call again while it is 100.';

GRANT EXECUTE ON FUNCTION api.check_payments TO app_worker;
