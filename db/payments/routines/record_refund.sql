-- Records a refund and counts it against the payment and the order's lines at once, so that concurrent refunds cannot
-- exceed them. from_order is the part that had been applied (to the order, or the wallet); the rest never belonged
-- there. Without items each line bears its share. An order that waits for money has no refunds: what has gone does not
-- pay it any more (unapply_payment). The money of a deposit is held in the wallet until it has been sent. `owed` says
-- that the order has given this money back before.
-- Callers:   request_refund (which has it sent), adopt_refund and take_dispute (the money has already gone).
-- Locks:     the payment, the order's lines, the wallet. The caller holds the order.
-- Errors:    refund_above_payment, refund_above_line, line_refunded_out_of_range 409, insufficient_funds 409 (a spent
--            deposit).
CREATE OR REPLACE FUNCTION payments.record_refund(
    payment_id uuid, amount bigint, from_order bigint, reason text,
    order_item_ids uuid[] DEFAULT NULL, quantities integer[] DEFAULT NULL, amounts bigint[] DEFAULT NULL,
    retry_of uuid DEFAULT NULL, product_ids uuid[] DEFAULT NULL, owed boolean DEFAULT false
)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_from_order bigint := record_refund.from_order;
    v_payment    payments.payments;
    v_refund_id  uuid;
BEGIN
    IF v_from_order > 0 AND EXISTS (
        SELECT FROM payments.payments AS p JOIN sales.orders AS o ON o.id = p.order_id
        WHERE p.id = record_refund.payment_id AND o.status = 'pending')
    THEN
        PERFORM payments.unapply_payment(record_refund.payment_id, v_from_order);
        v_from_order := 0;
    END IF;
    UPDATE payments.payments AS p
    SET amount_refunded = p.amount_refunded + record_refund.amount, version = p.version + 1
    WHERE p.id = record_refund.payment_id
    RETURNING p.* INTO STRICT v_payment;    -- an amount above the captured one violates refund_above_payment

    INSERT INTO payments.refunds AS r (payment_id, order_id, account_id, amount, from_order, reason, requested_by,
                                       retry_of, owed)
    VALUES (v_payment.id, v_payment.order_id, v_payment.account_id, record_refund.amount, v_from_order,
            record_refund.reason, identity.current_actor(), record_refund.retry_of, record_refund.owed)
    RETURNING r.id INTO v_refund_id;

    IF v_from_order > 0 AND v_payment.purpose = 'deposit' THEN
        UPDATE payments.refunds AS r
        SET hold_id = ledger.hold_amount(
            ledger.open_account('wallet', v_payment.captured_currency, owner_id => v_payment.account_id),
            payments.open_source_account(v_payment.provider, v_payment.captured_currency, v_payment.account_id),
            v_from_order, 'deposit_refund', payment_id => v_payment.id, refund_id => v_refund_id)
        WHERE r.id = v_refund_id;
    ELSIF v_from_order > 0 THEN
        IF record_refund.order_item_ids IS NULL THEN
            PERFORM payments.spread_refund(v_refund_id);
        ELSE
            INSERT INTO payments.refund_items (refund_id, order_item_id, product_id, account_id, quantity, amount)
            SELECT v_refund_id, i.id, i.product_id, v_payment.account_id, i.quantity, i.amount
            FROM unnest(record_refund.order_item_ids, record_refund.quantities, record_refund.amounts,
                        record_refund.product_ids)
                 AS i (id, quantity, amount, product_id);
        END IF;
        PERFORM payments.count_refund(v_refund_id, 1);
    END IF;
    PERFORM messaging.record_event('refund.requested', v_payment.order_id, v_payment.account_id, payments.refund_data(
        v_refund_id, v_payment.id, 'pending', record_refund.amount, v_payment.captured_currency,
        record_refund.reason));
    RETURN v_refund_id;
END $$;

GRANT EXECUTE ON FUNCTION payments.record_refund TO store_api;
