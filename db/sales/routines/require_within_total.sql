-- After a change of a pending order's total: cancels its open payments, since they would pay the old total; settles an
-- order that is fully paid by now; refuses a total below what has been paid.
-- Callers:   change_lines, decide_tax, api.set_shipping_address.
-- Locks:     the order's payments; those of settle_order. The caller holds the order.
-- Errors:    order_partly_paid, payment_processing 409.
CREATE OR REPLACE FUNCTION sales.require_within_total(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order sales.orders;
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = require_within_total.order_id;
    -- OFFSET 0: as in cancel_open_payments.
    IF EXISTS (SELECT FROM (SELECT a.status FROM payments.payments AS a WHERE a.order_id = v_order.id OFFSET 0) AS p
               WHERE p.status = 'processing') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_processing',
            MESSAGE = 'A bank is working on the payment of this order.',
            HINT = 'Wait until it is paid, or cancel the order: what arrives is then refunded.';
    END IF;
    PERFORM payments.cancel_open_payments(v_order.id);
    IF v_order.amount_paid > v_order.total THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_partly_paid',
            MESSAGE = 'More has been paid already than the order would cost.',
            HINT = 'Cancel the order to have the money back, or change it less.',
            DETAIL = json_build_object('amount_paid', v_order.amount_paid, 'total', v_order.total)::text;
    ELSIF v_order.amount_paid = v_order.total AND NOT sales.awaits_tax(v_order.id) THEN
        PERFORM sales.settle_order(v_order.id);
        PERFORM fulfilment.advance_order(v_order.id);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.require_within_total TO store_api;
