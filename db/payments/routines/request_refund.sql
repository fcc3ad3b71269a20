-- Records a refund and has it made the way the money came: through the gateway by the worker, into wallet or credit at
-- once, or by hand for a manual payment (support confirms it).
-- Callers:   mark_payment_completed (surplus), refund_order, refund_lines, repeat_refund, api.create_refund.
-- Locks:     those of record_refund and settle_disputes and, for wallet and credit, of mark_refund_completed. The
--            caller holds the order.
-- Errors:    those of record_refund.
CREATE OR REPLACE FUNCTION payments.request_refund(
    payment_id uuid, amount bigint, from_order bigint, reason text,
    order_item_ids uuid[] DEFAULT NULL, quantities integer[] DEFAULT NULL, amounts bigint[] DEFAULT NULL,
    retry_of uuid DEFAULT NULL, product_ids uuid[] DEFAULT NULL, owed boolean DEFAULT false
)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund_id CONSTANT uuid := payments.record_refund(request_refund.payment_id, request_refund.amount,
                                                        request_refund.from_order, request_refund.reason,
                                                        request_refund.order_item_ids, request_refund.quantities,
                                                        request_refund.amounts, request_refund.retry_of,
                                                        request_refund.product_ids, request_refund.owed);
    v_kind text;
BEGIN
    SELECT v.kind INTO STRICT v_kind
    FROM payments.payments AS p
    JOIN payments.providers AS v ON v.name = p.provider
    WHERE p.id = request_refund.payment_id;
    IF v_kind = 'internal' THEN
        PERFORM payments.mark_refund_completed(v_refund_id);
    ELSIF v_kind = 'gateway' THEN
        PERFORM messaging.enqueue_job('refund_payment', jsonb_build_object('refund_id', v_refund_id));
    END IF;
    PERFORM payments.settle_disputes(request_refund.payment_id);
    RETURN v_refund_id;
END $$;

GRANT EXECUTE ON FUNCTION payments.request_refund TO store_api;
