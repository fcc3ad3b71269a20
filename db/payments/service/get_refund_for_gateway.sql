-- What a gateway's client needs to make a refund.
-- Callers:   the worker.
-- Errors:    refund_not_found 404.
CREATE TYPE api.gateway_refund AS (
    id uuid, payment_id uuid, provider text, status text, amount bigint, currency text, reason text,
    created_at timestamptz
);

CREATE FUNCTION api.get_refund_for_gateway(refund_id uuid)
RETURNS api.gateway_refund
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_answer api.gateway_refund;
BEGIN
    PERFORM identity.authenticate_service('worker');
    SELECT r.id, r.payment_id, p.provider, r.status, r.amount, p.captured_currency::text, r.reason,
           r.created_at INTO v_answer
    FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id
    WHERE r.id = get_refund_for_gateway.refund_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'refund_not_found', MESSAGE = 'There is no such refund.';
    END IF;
    RETURN v_answer;
END $$;

COMMENT ON FUNCTION api.get_refund_for_gateway IS
'A refund as its gateway needs it

For the worker.';

GRANT EXECUTE ON FUNCTION api.get_refund_for_gateway TO app_worker;
