-- Locks a payout, so that only one of several concurrent requests ends it.
-- Callers:   mark_payout_completed, mark_payout_failed, api.confirm_payout, api.reject_payout.
-- Locks:     the payout.
-- Errors:    payout_not_found 404.
CREATE OR REPLACE FUNCTION payments.lock_payout(payout_id uuid)
RETURNS payments.payouts
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payout payments.payouts;
BEGIN
    SELECT * INTO v_payout FROM payments.payouts AS p WHERE p.id = lock_payout.payout_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payout_not_found', MESSAGE = 'There is no such payout.';
    END IF;
    RETURN v_payout;
END $$;

GRANT EXECUTE ON FUNCTION payments.lock_payout TO store_api;
