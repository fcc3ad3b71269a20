-- Records a refund that was made at the gateway without us: the money has gone, so the ledger has to say so. Money that
-- never belonged to the order counts first. The gateway never gives back more than it took: refunds of ours that are
-- not sent yet and for which nothing is left have failed.
-- Callers:   receive_refund_event.
-- Returns:   the refund's id; NULL if the amount exceeds what is left, so that a person looks at it.
-- Locks:     order (of a deposit: payment), payment, and those of record_refund.
CREATE OR REPLACE FUNCTION payments.adopt_refund(payment_id uuid, amount bigint, provider_reference text)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment    payments.payments;
    v_before     payments.refunds;
    v_waiting    uuid;
    v_refundable bigint;
    v_from_order bigint;
    v_refund_id  uuid;
BEGIN
    v_payment := payments.lock_payment(adopt_refund.payment_id);
    IF adopt_refund.amount IS NULL OR adopt_refund.amount < 1 THEN
        RETURN NULL;
    END IF;
    -- The amount equals that of a refund that came back: this one replaces it, and its credit note stays valid.
    SELECT * INTO v_before FROM payments.refunds AS r
    WHERE r.payment_id = v_payment.id
      AND r.amount = adopt_refund.amount
      AND r.status = 'failed'
      AND payments.was_credited(r.id)
      AND NOT EXISTS (SELECT FROM payments.refunds AS t WHERE t.retry_of = r.id)
    ORDER BY r.id LIMIT 1;
    IF FOUND THEN
        PERFORM payments.replace_refund(v_before.id);
    END IF;
    FOR v_waiting IN
        SELECT r.id FROM payments.refunds AS r
        WHERE r.payment_id = v_payment.id AND r.status = 'pending' AND r.provider_reference IS NULL
        ORDER BY r.id DESC
    LOOP
        SELECT p.amount_captured - p.amount_refunded INTO STRICT v_refundable
        FROM payments.payments AS p WHERE p.id = v_payment.id;
        EXIT WHEN adopt_refund.amount <= v_refundable;
        PERFORM payments.mark_refund_failed(v_waiting, 'refunded_at_gateway');
    END LOOP;
    SELECT p.amount_captured - p.amount_refunded INTO STRICT v_refundable
    FROM payments.payments AS p WHERE p.id = v_payment.id;
    IF adopt_refund.amount > v_refundable THEN
        RETURN NULL;
    END IF;

    v_from_order := greatest(0, adopt_refund.amount - (v_refundable - payments.refundable_from_order(v_payment.id)));
    IF v_from_order <= v_before.from_order THEN
        SELECT payments.record_refund(v_payment.id, v_before.amount, v_before.from_order, 'refunded_at_gateway',
                                      array_agg(i.order_item_id), array_agg(i.quantity), array_agg(i.amount),
                                      v_before.id, array_agg(i.product_id), v_before.owed)
        INTO STRICT v_refund_id FROM payments.refund_items AS i WHERE i.refund_id = v_before.id;
    ELSE
        v_refund_id := payments.record_refund(v_payment.id, adopt_refund.amount, v_from_order, 'refunded_at_gateway',
                                              retry_of => v_before.id);
    END IF;
    UPDATE payments.refunds AS r SET provider_reference = adopt_refund.provider_reference WHERE r.id = v_refund_id;
    RETURN v_refund_id;
END $$;

GRANT EXECUTE ON FUNCTION payments.adopt_refund TO store_api;
