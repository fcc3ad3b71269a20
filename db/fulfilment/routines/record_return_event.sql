-- Records the event of a return's new status in the order's timeline: return.requested, return.approved, …
-- Callers:   request_return, decide_return, receive_return, settle_return.
CREATE OR REPLACE FUNCTION fulfilment.record_return_event(changed fulfilment.returns)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM messaging.record_event('return.' || changed.status, changed.order_id, changed.account_id,
        jsonb_build_object('return_id', changed.id, 'status', changed.status,
                           'reason', coalesce(changed.rejection_reason, changed.reason),
                           'amount', nullif(changed.amount, 0), 'currency', o.currency))
    FROM sales.orders AS o WHERE o.id = changed.order_id;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.record_return_event TO store_api;
