-- Ends an attempt to pay of which the gateway's own records say that no money came or will come. The order stays
-- pending and can be paid again. A security event names the caller's role, the payment and the ticket. Money that
-- arrives after all is booked as ever.
-- Callers:   a DBA: db/docs/dba.md. Not granted to any role.
-- Returns:   whether anything changed.
-- Locks:     order, payment.
-- Errors:    ticket_invalid 422, payment_not_found 404.
CREATE OR REPLACE FUNCTION payments.fail_by_hand(payment_id uuid, ticket text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
BEGIN
    PERFORM audit.require_ticket(fail_by_hand.ticket);
    v_payment := payments.lock_payment(fail_by_hand.payment_id);
    IF NOT payments.mark_payment_failed(v_payment.id, 'failed', 'failed_by_hand') THEN
        RETURN false;
    END IF;
    PERFORM audit.record_security_event('payment_marked', v_payment.account_id, jsonb_build_object(
        'name', v_payment.id, 'from', v_payment.status, 'to', 'failed', 'reason', fail_by_hand.ticket));
    RETURN true;
END $$;
COMMENT ON FUNCTION payments.fail_by_hand IS
'For a DBA: ends an attempt to pay for which no money came: SELECT payments.fail_by_hand(''<payment>'', ''T-812'').';
