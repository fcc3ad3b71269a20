-- Cancels an order: releases its stock and its uses of promotions, cancels its open payments, refunds its money.
-- Callers:   cancel_order, cancel_any_order, delete_product_in_order, modify_order, expire_orders.
-- Locks:     the order, stock rows in product order, promotions, its payments.
-- Errors:    order_not_cancellable 409.
CREATE OR REPLACE FUNCTION sales.cancel_order(order_id uuid, reason text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order sales.orders;
    v_piece record;
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = cancel_order.order_id FOR NO KEY UPDATE;
    IF v_order.status NOT IN ('pending', 'paid') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_cancellable',
            MESSAGE = format('An order that is %s cannot be cancelled.', v_order.status);
    END IF;

    FOR v_piece IN SELECT p.product_id, p.quantity, p.returned FROM sales.list_pieces(v_order.id) AS p LOOP
        IF v_order.status = 'pending' THEN
            PERFORM catalog.release_stock(v_piece.product_id, v_piece.quantity, v_order.id);
        ELSIF v_piece.quantity > v_piece.returned THEN
            PERFORM catalog.return_stock(v_piece.product_id, v_piece.quantity - v_piece.returned, v_order.id);
        END IF;
    END LOOP;
    IF v_order.promo_code IS NOT NULL THEN
        PERFORM sales.release_promotions(v_order.id);
    END IF;

    UPDATE sales.orders AS o
    SET status = 'cancelled', cancel_reason = cancel_order.reason, expires_at = NULL, version = o.version + 1
    WHERE o.id = v_order.id;
    PERFORM messaging.record_event('order.cancelled', v_order.id, v_order.account_id,
        sales.order_data(v_order) || jsonb_build_object('status', 'cancelled', 'reason', cancel_order.reason));

    PERFORM payments.cancel_open_payments(v_order.id);
    IF v_order.amount_paid > v_order.amount_refunded THEN
        PERFORM payments.refund_order(v_order.id, 'order_cancelled');
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.cancel_order TO store_api;
