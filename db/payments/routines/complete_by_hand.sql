-- Books money of a gateway, a bank or a counter that did arrive, where neither a callback nor the comparison with the
-- gateway's records told us. The same as a callback: the order is paid as far as it can be, the rest is refunded. But
-- money that differs from what was asked for, of which a callback books and refunds all, is refused: here it is a
-- typing mistake, such as 20 for 2000.
-- Wallet and credit are our own books: nothing arrives there unseen. Idempotent. A security event names the caller's
-- role, the payment and the ticket.
-- Callers:   a DBA: db/docs/dba.md. Not granted to any role.
-- Returns:   whether anything changed.
-- Locks:     those of mark_payment_completed.
-- Errors:    ticket_invalid 422, payment_not_found 404, payment_transition_refused 409, payment_amount_invalid 422.
CREATE OR REPLACE FUNCTION payments.complete_by_hand(
    payment_id uuid, ticket text, amount bigint, currency text, provider_reference text DEFAULT NULL
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
BEGIN
    PERFORM audit.require_ticket(complete_by_hand.ticket);
    v_payment := payments.lock_payment(complete_by_hand.payment_id);
    IF v_payment.provider IN ('wallet', 'credit') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_transition_refused',
            MESSAGE = format('A payment by %s is booked by the shop itself.', v_payment.provider);
    END IF;
    IF complete_by_hand.amount IS DISTINCT FROM coalesce(v_payment.capture_amount, v_payment.amount)
        OR upper(complete_by_hand.currency) IS DISTINCT FROM v_payment.currency
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'payment_amount_invalid',
            MESSAGE = format('This payment is of %s %s, in minor units.',
                             coalesce(v_payment.capture_amount, v_payment.amount), v_payment.currency),
            HINT = 'If the gateway took another amount, refund it there; this payment can then be marked as failed.';
    END IF;
    IF NOT payments.mark_payment_completed(v_payment.id, complete_by_hand.amount, complete_by_hand.currency,
                                           complete_by_hand.provider_reference) THEN
        RETURN false;
    END IF;
    PERFORM audit.record_security_event('payment_marked', v_payment.account_id, jsonb_build_object(
        'name', v_payment.id, 'from', v_payment.status, 'to', 'completed', 'reason', complete_by_hand.ticket));
    RETURN true;
END $$;
COMMENT ON FUNCTION payments.complete_by_hand IS
'For a DBA: books money that arrived and that no callback reported, in minor units:
SELECT payments.complete_by_hand(''<payment>'', ''T-812'', 2000, ''USD'', ''<id at the gateway>''). Look at the gateway
first.';
