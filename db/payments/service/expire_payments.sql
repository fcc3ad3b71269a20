-- Expires attempts whose time is over, a hundred per call; their checkouts are closed or their authorisations released.
-- One that a bank has been working on for longer than its method may take has failed.
-- Callers:   the worker.
-- Locks:     the payments, except those that another transaction has locked; they are left for the next call.
CREATE FUNCTION api.expire_payments()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment record;
    v_count      bigint := 0;
BEGIN
    PERFORM identity.authenticate_service('worker');
    FOR v_payment IN
        SELECT p.id, p.status FROM payments.payments AS p
        WHERE p.status IN ('initiated', 'open', 'authorized', 'processing') AND p.expires_at <= now()
        ORDER BY p.expires_at
        LIMIT 100
        FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        IF payments.give_up_payment(v_payment.id,
                                    CASE v_payment.status WHEN 'processing' THEN 'failed' ELSE 'expired' END) THEN
            v_count := v_count + 1;
        END IF;
    END LOOP;
    RETURN v_count;
END $$;

COMMENT ON FUNCTION api.expire_payments IS
'Expire payments whose time is over

For the worker. Returns the number of payments; call again while it is 100.';

GRANT EXECUTE ON FUNCTION api.expire_payments TO app_worker;
