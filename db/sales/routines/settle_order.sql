-- Makes a fully paid order paid: sells its stock, books its merchants' shares and enqueues its invoice and the
-- confirmation mail. The last payment is counted by the same statement. An order without anything to ship is delivered
-- by the caller (fulfilment.advance_order), once it is known whether the payment puts it on hold.
-- Callers:   apply_payment, place_order and require_within_total (nothing left to pay). The order row is locked.
-- Locks:     stock rows, in product order; merchants' earnings; those of payments.settle_disputes.
CREATE OR REPLACE FUNCTION sales.settle_order(order_id uuid, payment bigint DEFAULT 0)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_products uuid[];
    v_pieces   bigint[];
    v_order    sales.orders;
BEGIN
    SELECT array_agg(p.product_id ORDER BY p.product_id),
           array_agg(p.quantity ORDER BY p.product_id) INTO STRICT v_products, v_pieces
    FROM sales.list_pieces(settle_order.order_id) AS p;
    PERFORM catalog.sell_stock(v_products, v_pieces, settle_order.order_id);
    UPDATE sales.orders AS o
    SET status = 'paid', amount_paid = o.amount_paid + settle_order.payment, paid_at = now(), expires_at = NULL,
        cancel_reason = NULL, version = o.version + 1
    WHERE o.id = settle_order.order_id RETURNING o.* INTO STRICT v_order;
    PERFORM sales.share_earnings(v_order.id, v_order.currency);
    -- Payments of a part may be disputed already: their disputes hold shares from now on.
    IF v_order.amount_paid > settle_order.payment THEN
        PERFORM payments.settle_disputes(p.id)
        FROM (SELECT y.id FROM payments.payments AS y
              WHERE y.order_id = v_order.id AND y.status = 'completed' ORDER BY y.id) AS p;
    END IF;
    PERFORM messaging.record_event('order.paid', v_order.id, v_order.account_id, sales.order_data(v_order));
    -- The worker issues the invoice: gapless numbers are assigned one at a time, so payments would wait for each other.
    PERFORM messaging.enqueue_job('issue_invoice', jsonb_build_object('order_id', v_order.id));
    PERFORM messaging.enqueue_mail('order_confirmation', v_order.account_id,
                                   jsonb_build_object('order_id', v_order.id));
END $$;

GRANT EXECUTE ON FUNCTION sales.settle_order TO store_api;
