-- A callback, verified by the web tier: kept as it came, and applied, in one transaction. Events come in any order and any number of times;
-- each is applied once, each step is monotone, so they end in one state.
-- Locks:  the event's id, then order, stock, payment, refund, ledger accounts as the step needs them.
CREATE TYPE api.gateway_receipt AS (outcome text, payment_id uuid, order_id uuid, payment_status text);

CREATE FUNCTION api.receive_gateway_event(
    provider text, event_id text, kind text, payment_id uuid, provider_reference text, amount bigint, currency text, payload jsonb
)
RETURNS api.gateway_receipt
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_receipt   api.gateway_receipt;
    v_changed   boolean;
    v_refund_id uuid;
BEGIN
    PERFORM identity.authenticate_service('gateway');
    -- A repeat waits for the first; gateway_events is append-only, so its row is written when the outcome is known.
    PERFORM pg_advisory_xact_lock(hashtextextended(receive_gateway_event.provider || ' ' || receive_gateway_event.event_id, 0));

    -- A gateway names our payment, or else the reference that it gave us.
    SELECT p.id, p.order_id INTO v_receipt.payment_id, v_receipt.order_id
    FROM payments.payments AS p
    WHERE p.provider = receive_gateway_event.provider
      AND (p.id = receive_gateway_event.payment_id
           OR receive_gateway_event.payment_id IS NULL AND p.provider_reference = receive_gateway_event.provider_reference);

    IF EXISTS (
        SELECT FROM payments.gateway_events AS e
        WHERE e.provider = receive_gateway_event.provider AND e.event_id = receive_gateway_event.event_id)
    THEN
        v_receipt.outcome := 'repeated';
    ELSIF v_receipt.payment_id IS NULL THEN
        v_receipt.outcome := 'unknown_payment';
    ELSIF receive_gateway_event.kind = 'completed' THEN
        -- Without a sum there is no money to book: kept for a person to look at.
        IF receive_gateway_event.amount BETWEEN 1 AND 1000000000000000 AND upper(receive_gateway_event.currency) ~ '^[A-Z]{3}$' THEN
            v_changed := payments.mark_payment_completed(v_receipt.payment_id, receive_gateway_event.amount, receive_gateway_event.currency,
                receive_gateway_event.provider_reference);
        END IF;
    ELSIF receive_gateway_event.kind = 'failed' THEN
        v_changed := payments.mark_payment_failed(v_receipt.payment_id, 'failed',
            coalesce(receive_gateway_event.payload ->> 'failure_code', 'declined'));
    ELSIF receive_gateway_event.kind = 'expired' THEN
        v_changed := payments.mark_payment_failed(v_receipt.payment_id, 'expired');
    ELSIF receive_gateway_event.kind = 'authorized' THEN
        v_changed := payments.mark_payment_authorized(v_receipt.payment_id);
    ELSIF receive_gateway_event.kind IN ('refund_completed', 'refund_failed') THEN
        SELECT r.id INTO v_refund_id FROM payments.refunds AS r
        WHERE r.payment_id = v_receipt.payment_id AND r.id::text = receive_gateway_event.payload ->> 'refund_id';
        IF NOT FOUND THEN
            v_receipt.outcome := 'unknown_refund';
        ELSIF receive_gateway_event.kind = 'refund_completed' THEN
            v_changed := payments.mark_refund_completed(v_refund_id, receive_gateway_event.provider_reference);
        ELSE
            v_changed := payments.mark_refund_failed(v_refund_id,
                coalesce(receive_gateway_event.payload ->> 'failure_code', 'refused'));
        END IF;
    END IF;
    v_receipt.outcome := coalesce(v_receipt.outcome, CASE WHEN v_changed THEN 'applied' WHEN NOT v_changed THEN 'no_change' ELSE 'ignored' END);

    IF v_receipt.outcome <> 'repeated' THEN
        INSERT INTO payments.gateway_events (provider, event_id, kind, payment_id, payload, outcome)
        VALUES (receive_gateway_event.provider, receive_gateway_event.event_id, receive_gateway_event.kind, v_receipt.payment_id,
                coalesce(receive_gateway_event.payload, '{}'), v_receipt.outcome);
    END IF;
    SELECT p.status INTO v_receipt.payment_status FROM payments.payments AS p WHERE p.id = v_receipt.payment_id;
    RETURN v_receipt;
END $$;

COMMENT ON FUNCTION api.receive_gateway_event IS
'Apply a gateway''s callback

For the gateway service, after it verified the signature. Outcome: applied, no_change, repeated, ignored, unknown_payment, unknown_refund.';

GRANT EXECUTE ON FUNCTION api.receive_gateway_event TO app_gateway;
