-- Records the event of a payout's new status: withdrawal.requested, payout.completed, …
-- Callers:   request_payout, mark_payout_completed, mark_payout_failed.
CREATE OR REPLACE FUNCTION payments.record_payout_event(payout payments.payouts, step text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM messaging.record_event(
        CASE payout.source WHEN 'wallet' THEN 'withdrawal.' ELSE 'payout.' END || step, NULL, payout.account_id,
        jsonb_build_object('payout_id', payout.id, 'status', payout.status, 'amount', payout.amount,
                           'currency', payout.currency, 'failure_code', payout.failure_code));
END $$;

GRANT EXECUTE ON FUNCTION payments.record_payout_event TO store_api;
