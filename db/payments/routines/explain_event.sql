-- Closes the difference of a callback that matched nothing, because the gateway was asked and its answer is applied.
-- Callers:   api.receive_gateway_event.
-- Locks:     the difference.
CREATE OR REPLACE FUNCTION payments.explain_event(provider text, event_id text, payment_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE payments.reconciliation_differences AS d
    SET payment_id = explain_event.payment_id, reason = 'The gateway was asked, and its answer is applied.',
        explained_at = now()
    WHERE d.provider = explain_event.provider AND d.subject = 'event:' || explain_event.event_id
      AND d.explained_at IS NULL;
END $$;

GRANT EXECUTE ON FUNCTION payments.explain_event TO store_api;
