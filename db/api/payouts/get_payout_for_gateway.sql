-- What whoever sends the money needs to know of a payout.
-- Errors: payout_not_found 404.
CREATE TYPE api.gateway_payout AS (id uuid, account_id uuid, source text, status text, amount bigint, currency text, minor_units smallint);

CREATE FUNCTION api.get_payout_for_gateway(payout_id uuid)
RETURNS api.gateway_payout
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_answer api.gateway_payout;
BEGIN
    PERFORM identity.authenticate_service('worker');
    SELECT p.id, p.account_id, p.source, p.status, p.amount, p.currency::text, c.minor_units INTO v_answer
    FROM payments.payouts AS p JOIN catalog.currencies AS c ON c.code = p.currency
    WHERE p.id = get_payout_for_gateway.payout_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payout_not_found', MESSAGE = 'There is no such payout.';
    END IF;
    RETURN v_answer;
END $$;

COMMENT ON FUNCTION api.get_payout_for_gateway IS
'A payout as its gateway needs it

For the worker.';

GRANT EXECUTE ON FUNCTION api.get_payout_for_gateway TO app_worker;
