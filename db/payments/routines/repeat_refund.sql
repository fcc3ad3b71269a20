-- Repeats a failed refund as a new one of the same amount and lines, because a gateway would take the same one as a
-- repeat.
-- Callers:   api.retry_refund.
-- Returns:   the new refund's id.
-- Locks:     those of request_refund. The caller holds the order (of a deposit: the payment).
-- Errors:    those of request_refund.
CREATE OR REPLACE FUNCTION payments.repeat_refund(refund_id uuid)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund payments.refunds;
    v_id     uuid;
BEGIN
    SELECT * INTO STRICT v_refund FROM payments.refunds AS r WHERE r.id = repeat_refund.refund_id;
    PERFORM payments.replace_refund(v_refund.id);
    SELECT payments.request_refund(v_refund.payment_id, v_refund.amount, v_refund.from_order, v_refund.reason,
                                   array_agg(i.order_item_id), array_agg(i.quantity), array_agg(i.amount),
                                   v_refund.id, array_agg(i.product_id), v_refund.owed)
    INTO STRICT v_id FROM payments.refund_items AS i WHERE i.refund_id = v_refund.id;
    RETURN v_id;
END $$;

GRANT EXECUTE ON FUNCTION payments.repeat_refund TO store_api;
