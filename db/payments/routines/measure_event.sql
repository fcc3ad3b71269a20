-- Notes what a gateway says of the money of a callback that matched nothing: how much it took, or gave back. The
-- difference stays open, since no payment of ours is known for it.
-- Callers:   api.receive_gateway_event.
-- Locks:     the difference.
CREATE OR REPLACE FUNCTION payments.measure_event(provider text, event_id text, kind text, amount bigint, currency text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE payments.reconciliation_differences AS d
    SET ours = 0, theirs = CASE WHEN measure_event.kind = 'completed' THEN measure_event.amount
                                ELSE -measure_event.amount END,
        currency = upper(measure_event.currency)
    WHERE d.provider = measure_event.provider AND d.subject = 'event:' || measure_event.event_id
      AND d.explained_at IS NULL AND measure_event.amount > 0 AND upper(measure_event.currency) ~ '^[A-Z]{3}$'
      AND (measure_event.kind = 'completed' OR measure_event.kind LIKE 'refund\_%'
           OR measure_event.kind LIKE 'dispute%');
END $$;

GRANT EXECUTE ON FUNCTION payments.measure_event TO store_api;
