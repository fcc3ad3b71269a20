-- Stops counting a refund that came back, because the caller records the refund that replaces it.
-- Callers:   repeat_refund, adopt_refund.
-- Locks:     the payment, the order's lines. The caller holds the order.
CREATE OR REPLACE FUNCTION payments.replace_refund(refund_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund payments.refunds;
BEGIN
    UPDATE payments.refunds AS r SET owed = false
    WHERE r.id = replace_refund.refund_id AND r.owed
    RETURNING r.* INTO v_refund;
    IF FOUND THEN
        UPDATE payments.payments AS p SET amount_refunded = p.amount_refunded - v_refund.amount, version = p.version + 1
        WHERE p.id = v_refund.payment_id;
        PERFORM payments.count_refund(v_refund.id, -1);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION payments.replace_refund TO store_api;
