-- An order whose money is there becomes paid: its pieces leave the stock, its merchants get their shares, its invoice is asked for.
-- Called by: apply_payment, place_order (nothing to pay). The order row is locked.
-- Locks:     stock rows, in product order; merchants' earnings.
CREATE OR REPLACE FUNCTION sales.settle_order(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_piece record;
    v_order sales.orders;
BEGIN
    FOR v_piece IN SELECT p.product_id, p.quantity FROM sales.list_pieces(settle_order.order_id) AS p LOOP
        PERFORM catalog.sell_stock(v_piece.product_id, v_piece.quantity, settle_order.order_id);
    END LOOP;
    UPDATE sales.orders AS o SET status = 'paid', paid_at = now(), expires_at = NULL, cancel_reason = NULL, version = o.version + 1
    WHERE o.id = settle_order.order_id RETURNING o.* INTO STRICT v_order;
    PERFORM sales.share_earnings(v_order.id, v_order.currency);
    PERFORM messaging.record_event('order.paid', v_order.id, v_order.account_id);
    -- Numbers without a gap are given one after the other: not here, where every payment would wait for the one before.
    PERFORM messaging.enqueue_job('issue_invoice', jsonb_build_object('order_id', v_order.id));
    PERFORM messaging.enqueue_mail('order_confirmation', v_order.account_id, jsonb_build_object('order_id', v_order.id));
END $$;

GRANT EXECUTE ON FUNCTION sales.settle_order TO store_api;
