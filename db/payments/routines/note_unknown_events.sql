-- Notes the callbacks about money that matched no payment or no refund of ours. Those of other kinds, which a gateway
-- sends unasked, concern no money.
-- Callers:   api.store_gateway_movements, api.skip_reconciliation.
-- Locks:     the differences.
CREATE OR REPLACE FUNCTION payments.note_unknown_events(provider text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO payments.reconciliation_differences (provider, subject, kind, payment_id, reference)
    SELECT e.provider, 'event:' || e.event_id, 'unknown_event', e.payment_id, e.event_id
    FROM payments.gateway_events AS e
    WHERE e.provider = note_unknown_events.provider AND e.outcome IN ('unknown_payment', 'unknown_refund')
      AND (e.kind IN ('authorized', 'processing', 'completed', 'dispute')
           OR e.kind LIKE 'refund\_%' OR e.kind LIKE 'dispute\_%')
      AND e.event_id NOT LIKE 'reconciled:%'    -- a second look at another one
    ORDER BY e.received_at
    ON CONFLICT ON CONSTRAINT difference_twice DO NOTHING;
END $$;

GRANT EXECUTE ON FUNCTION payments.note_unknown_events TO store_api;
