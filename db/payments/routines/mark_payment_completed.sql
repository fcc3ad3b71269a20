-- Books money that was taken. Pays the order as far as it can be paid (or fills the wallet, for a deposit) and refunds
-- the rest. Idempotent and monotone: it works from every other state, once. Money whose amount or currency differs from
-- the request never pays.
-- Callers:   api.receive_gateway_event, begin_attempt (wallet, credit), fulfilment.complete_booking (credit that was
--            held), api.confirm_payment (cash, bank transfer), ledger.approve_credit_change.
-- Returns:   whether anything changed.
-- Locks:     order, stock and merchants' earnings (in sales.apply_payment), payment, the payer's ledger account.
-- Errors:    payment_not_found 404, payment_amount_invalid 422, insufficient_funds 409 (wallet, credit).
CREATE OR REPLACE FUNCTION payments.mark_payment_completed(
    payment_id uuid, amount bigint, currency text, provider_reference text DEFAULT NULL,
    charge_reference text DEFAULT NULL
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_currency  CONSTANT text := upper(mark_payment_completed.currency);
    v_payment   payments.payments;
    v_reference text;
    v_status    text;
    v_goods     text;
    v_applied   bigint := 0;
    v_surplus   bigint;
    v_reason    text;
    v_source    uuid;
    v_transfer  uuid;       -- not used
BEGIN
    IF mark_payment_completed.amount IS NULL OR mark_payment_completed.amount NOT BETWEEN 1 AND 1000000000000000
        OR v_currency IS NULL OR v_currency !~ '^[A-Z]{3}$'
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'payment_amount_invalid',
            MESSAGE = 'A completed payment needs an amount and a currency.';
    END IF;

    -- The order is locked first: a payment completes only under its order's lock (a deposit, which has no order, under
    -- its own), so what is read now stays true.
    PERFORM FROM sales.orders AS o
    WHERE o.id = (SELECT p.order_id FROM payments.payments AS p WHERE p.id = mark_payment_completed.payment_id)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM FROM payments.payments AS p WHERE p.id = mark_payment_completed.payment_id FOR NO KEY UPDATE;
    END IF;
    SELECT * INTO v_payment FROM payments.payments AS p WHERE p.id = mark_payment_completed.payment_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payment_not_found',
            MESSAGE = 'There is no such payment.';
    END IF;
    IF v_payment.status = 'completed' THEN
        RETURN false;
    END IF;

    PERFORM messaging.record_event('payment.completed', v_payment.order_id, v_payment.account_id, jsonb_build_object(
        'payment_id', v_payment.id, 'provider', v_payment.provider, 'status', 'completed',
        'amount', mark_payment_completed.amount, 'currency', v_currency, 'failure_code', NULL));

    v_reason := CASE
        WHEN v_currency <> v_payment.currency THEN 'wrong_currency'
        WHEN mark_payment_completed.amount <> coalesce(v_payment.capture_amount, v_payment.amount) THEN 'wrong_amount'
    END;
    IF v_reason IS NULL THEN
        v_applied := CASE v_payment.purpose WHEN 'order' THEN sales.apply_payment(v_payment.order_id,
                                                                                  mark_payment_completed.amount)
                                            ELSE mark_payment_completed.amount END;
    END IF;
    v_surplus := mark_payment_completed.amount - v_applied;

    -- The stored reference wins. A reference that another payment already has is no reason to refuse money.
    IF v_payment.provider_reference IS NULL AND NOT EXISTS (
        SELECT FROM payments.payments AS other
        WHERE other.provider = v_payment.provider
          AND other.provider_reference = mark_payment_completed.provider_reference)
    THEN
        v_reference := mark_payment_completed.provider_reference;
    END IF;
    UPDATE payments.payments AS p
    SET status = 'completed', amount_captured = mark_payment_completed.amount, captured_currency = v_currency,
        amount_applied = v_applied, failure_code = NULL, completed_at = now(), version = p.version + 1,
        charge_reference = coalesce(p.charge_reference, mark_payment_completed.charge_reference),
        provider_reference = coalesce(p.provider_reference, v_reference)
    WHERE p.id = v_payment.id;

    v_source := payments.open_source_account(v_payment.provider, v_currency, v_payment.account_id);
    IF v_payment.hold_id IS NOT NULL THEN
        -- fulfilment.complete_booking() has checked that all of it is due
        v_transfer := ledger.post_hold(v_payment.hold_id);
    ELSIF v_applied > 0 AND v_payment.purpose = 'order' THEN
        v_transfer := ledger.post_transfer(v_source, ledger.open_account('sales', v_currency), v_applied, 'payment',
            order_id => v_payment.order_id, payment_id => v_payment.id);
    ELSIF v_applied > 0 THEN
        v_transfer := ledger.post_transfer(v_source,
                                           ledger.open_account('wallet', v_currency, owner_id => v_payment.account_id),
                                           v_applied, 'deposit', payment_id => v_payment.id);
    END IF;
    IF v_surplus > 0 THEN
        v_transfer := ledger.post_transfer(v_source, ledger.open_account('unapplied', v_currency), v_surplus,
                                           'unapplied', order_id => v_payment.order_id, payment_id => v_payment.id);
    END IF;

    SELECT o.status, o.fulfilment_status INTO v_status, v_goods
    FROM sales.orders AS o WHERE o.id = v_payment.order_id;
    IF v_surplus > 0 THEN
        PERFORM payments.request_refund(v_payment.id, v_surplus, 0,
            coalesce(v_reason, CASE v_status WHEN 'cancelled' THEN 'order_not_payable' ELSE 'duplicate_payment' END));
    END IF;
    IF v_status <> 'pending' THEN
        PERFORM payments.cancel_open_payments(v_payment.order_id);
    END IF;
    IF v_payment.purpose = 'order'
       AND (v_payment.risk_level IN ('elevated', 'highest') OR v_payment.risk_reason LIKE 'review\_%')
    THEN
        PERFORM sales.follow_holds(v_payment.order_id);
    END IF;
    -- After the holds: an order that a gateway has a doubt about is not delivered.
    IF v_status = 'paid' AND v_goods = 'not_needed' THEN
        PERFORM fulfilment.advance_order(v_payment.order_id);
    END IF;
    PERFORM payments.settle_disputes(v_payment.id);
    RETURN true;
END $$;

COMMENT ON FUNCTION payments.mark_payment_completed IS
'Internal: books money that was taken and pays the order with it. By hand: payments.complete_by_hand (audited).';
GRANT EXECUTE ON FUNCTION payments.mark_payment_completed TO store_api;
