-- Stores and applies, in one transaction, a callback that the web tier has verified, or a gateway's answer to a query.
-- Events may arrive in any order and any number of times: each is applied once and each step is monotone, so they
-- always lead to the same state.
-- Callers:   the web tier.
-- Errors:    provider_not_available 422.
-- Locks:     the event's id, the charge, then order, stock, payment, refund, ledger accounts as the step needs them.
CREATE TYPE api.gateway_receipt AS (outcome text, payment_id uuid, order_id uuid, payment_status text);

CREATE FUNCTION api.receive_gateway_event(
    provider text, event_id text, kind text, payload jsonb, payment_id uuid DEFAULT NULL,
    provider_reference text DEFAULT NULL, charge_reference text DEFAULT NULL, amount bigint DEFAULT NULL,
    currency text DEFAULT NULL, case_reference text DEFAULT NULL, refund_id text DEFAULT NULL,
    failure_code text DEFAULT NULL, dispute_status text DEFAULT NULL, occurred_at timestamptz DEFAULT NULL,
    movements jsonb DEFAULT NULL, risk_level text DEFAULT NULL, risk_reason text DEFAULT NULL,
    explains text DEFAULT NULL
)
RETURNS api.gateway_receipt
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_receipt api.gateway_receipt;
    v_before  text;
    v_changed boolean;
    v_risky   boolean := false;
BEGIN
    PERFORM identity.authenticate_service('gateway');
    PERFORM payments.require_gateway(receive_gateway_event.provider);
    -- A repeat waits for the first; gateway_events is append-only, so its row is written when the outcome is known.
    PERFORM pg_advisory_xact_lock(
        hashtextextended(receive_gateway_event.provider || ' ' || receive_gateway_event.event_id, 0));

    -- A dispute that looks for its payment, and the payment that looks for its disputes, wait for each other.
    IF receive_gateway_event.charge_reference IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(
            receive_gateway_event.provider || ' charge ' || receive_gateway_event.charge_reference, 0));
    END IF;

    -- A gateway identifies the payment by our id, by the reference that it gave us, or by its charge.
    IF receive_gateway_event.payment_id IS NOT NULL THEN
        SELECT p.id, p.order_id INTO v_receipt.payment_id, v_receipt.order_id
        FROM payments.payments AS p
        WHERE p.provider = receive_gateway_event.provider AND p.id = receive_gateway_event.payment_id;
    ELSE
        SELECT p.id, p.order_id INTO v_receipt.payment_id, v_receipt.order_id
        FROM payments.payments AS p
        WHERE p.provider = receive_gateway_event.provider
          AND (p.provider_reference = receive_gateway_event.provider_reference
               OR p.charge_reference = receive_gateway_event.charge_reference)
        ORDER BY p.id DESC LIMIT 1;
    END IF;

    IF EXISTS (
        SELECT FROM payments.gateway_events AS e
        WHERE e.provider = receive_gateway_event.provider AND e.event_id = receive_gateway_event.event_id)
    THEN
        v_receipt.outcome := 'repeated';
    ELSIF receive_gateway_event.risk_level IS NOT NULL AND v_receipt.payment_id IS NOT NULL THEN
        -- With some gateways the risk comes with the money, with others by itself. It is recorded before the money is
        -- booked: an order without anything to ship would be delivered with it.
        v_risky := payments.record_risk(v_receipt.payment_id, receive_gateway_event.risk_level,
                                        receive_gateway_event.risk_reason);
    END IF;

    IF v_receipt.outcome = 'repeated' THEN
        NULL;
    ELSIF receive_gateway_event.kind IN ('dispute', 'dispute_opened', 'dispute_won', 'dispute_lost') THEN
        -- A gateway without statuses does not itemise what it moves either.
        v_changed := payments.receive_dispute_event(
            receive_gateway_event.provider, v_receipt.payment_id, receive_gateway_event.charge_reference,
            receive_gateway_event.case_reference,
            CASE receive_gateway_event.kind
                WHEN 'dispute_opened' THEN 'needs_response'
                WHEN 'dispute_won' THEN 'won'
                WHEN 'dispute_lost' THEN 'lost'
                ELSE receive_gateway_event.dispute_status END,
            receive_gateway_event.amount, receive_gateway_event.currency, receive_gateway_event.failure_code,
            receive_gateway_event.occurred_at,
            CASE receive_gateway_event.kind
                WHEN 'dispute' THEN receive_gateway_event.movements
                WHEN 'dispute_won' THEN jsonb_build_array(jsonb_build_object(
                    'reference', 'reinstated', 'amount', receive_gateway_event.amount))
                ELSE jsonb_build_array(jsonb_build_object(
                    'reference', 'withdrawn', 'amount', -receive_gateway_event.amount)) END);
        v_receipt.outcome := CASE WHEN v_receipt.payment_id IS NULL THEN 'unknown_payment' END;
    ELSIF v_receipt.payment_id IS NULL THEN
        v_receipt.outcome := 'unknown_payment';
    ELSIF receive_gateway_event.kind IN ('completed', 'authorized') THEN
        -- Without an amount there is nothing to book: stored for a person to look at.
        IF receive_gateway_event.amount BETWEEN 1 AND 1000000000000000
           AND upper(receive_gateway_event.currency) ~ '^[A-Z]{3}$' THEN
            v_changed := CASE receive_gateway_event.kind
                WHEN 'completed' THEN payments.mark_payment_completed(v_receipt.payment_id,
                                                                      receive_gateway_event.amount,
                                                                      receive_gateway_event.currency,
                                                                      receive_gateway_event.provider_reference,
                                                                      receive_gateway_event.charge_reference)
                ELSE payments.mark_payment_authorized(v_receipt.payment_id, receive_gateway_event.amount,
                                                      receive_gateway_event.currency,
                                                      receive_gateway_event.charge_reference)
            END;
        END IF;
    ELSIF receive_gateway_event.kind = 'processing' THEN
        v_changed := payments.mark_payment_processing(v_receipt.payment_id, receive_gateway_event.charge_reference);
    ELSIF receive_gateway_event.kind = 'failed' THEN
        v_before := (payments.lock_payment(v_receipt.payment_id)).status;
        v_changed := payments.mark_payment_failed(v_receipt.payment_id, 'failed',
                                                  coalesce(receive_gateway_event.failure_code, 'declined'));
        IF v_changed AND v_before = 'processing' THEN
            PERFORM sales.release_hold(v_receipt.order_id);
        END IF;
    ELSIF receive_gateway_event.kind = 'expired' THEN
        v_changed := payments.mark_payment_failed(v_receipt.payment_id, 'expired');
    ELSIF receive_gateway_event.kind IN ('refund_pending', 'refund_completed', 'refund_failed') THEN
        v_receipt.outcome := payments.receive_refund_event(v_receipt.payment_id, receive_gateway_event.kind,
                                                           receive_gateway_event.refund_id,
                                                           receive_gateway_event.case_reference,
                                                           receive_gateway_event.amount,
                                                           receive_gateway_event.failure_code);
    ELSIF receive_gateway_event.kind = 'review_opened' THEN
        v_changed := payments.record_review(v_receipt.payment_id, receive_gateway_event.case_reference);
    ELSIF receive_gateway_event.kind = 'review_closed' THEN
        v_changed := payments.record_review(v_receipt.payment_id, receive_gateway_event.case_reference,
                                            coalesce(receive_gateway_event.risk_reason, 'closed'));
    ELSIF receive_gateway_event.kind = 'risk' THEN
        v_changed := false;
    END IF;
    IF v_risky THEN
        v_changed := true;
    END IF;
    v_receipt.outcome := coalesce(
        v_receipt.outcome, CASE WHEN v_changed THEN 'applied' WHEN NOT v_changed THEN 'no_change' ELSE 'ignored' END
    );

    IF receive_gateway_event.explains IS NOT NULL AND v_receipt.outcome IN ('applied', 'no_change') THEN
        PERFORM payments.explain_event(receive_gateway_event.provider, receive_gateway_event.explains,
                                       v_receipt.payment_id);
    ELSIF receive_gateway_event.explains IS NOT NULL THEN
        PERFORM payments.measure_event(receive_gateway_event.provider, receive_gateway_event.explains,
                                       receive_gateway_event.kind, receive_gateway_event.amount,
                                       receive_gateway_event.currency);
    END IF;
    IF v_receipt.outcome <> 'repeated' THEN
        INSERT INTO payments.gateway_events (provider, event_id, kind, payment_id, payload, outcome)
        VALUES (receive_gateway_event.provider, receive_gateway_event.event_id, receive_gateway_event.kind,
                v_receipt.payment_id, coalesce(receive_gateway_event.payload, '{}'),
                v_receipt.outcome);
    END IF;
    SELECT p.status INTO v_receipt.payment_status FROM payments.payments AS p WHERE p.id = v_receipt.payment_id;
    RETURN v_receipt;
END $$;

COMMENT ON FUNCTION api.receive_gateway_event IS
'Apply a callback of a gateway

For the gateway service, after it verified the signature. `explains` is the id of an event that matched nothing, when
this is what the gateway says of it by now. Outcome: applied, no_change, repeated, ignored,
unknown_payment, unknown_refund.';

GRANT EXECUTE ON FUNCTION api.receive_gateway_event TO app_gateway;
