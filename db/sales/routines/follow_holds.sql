-- Puts an order on hold, or releases it, as its holds say. An order that was shipped or delivered already is held too,
-- for staff to see: nothing more is shipped, and its money can be refunded. A cancelled one is not.
-- Callers:   payments.record_risk, payments.record_review, payments.mark_payment_completed, api.hold_order,
--            api.release_order, follow_undecided_tax. The caller holds the order.
-- Locks:     the shipments that wait for their booking; those of fulfilment.advance_order.
CREATE OR REPLACE FUNCTION sales.follow_holds(order_id uuid, release_reason text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- A hold that keeps the order from being paid is shown first, then what support says, then a review, whichever came
    -- first.
    v_reason CONSTANT text := (
        SELECT h.reason FROM sales.holds_in_force(follow_holds.order_id) AS h
        ORDER BY h.cause = 'tax' DESC, h.cause = 'support' DESC, h.cause = 'review' DESC, h.id DESC LIMIT 1);
    v_order  sales.orders;
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = follow_holds.order_id;
    IF v_reason IS NOT DISTINCT FROM v_order.hold_reason
        OR v_order.hold_reason IS NULL AND v_order.status = 'cancelled'
    THEN
        RETURN;
    END IF;
    UPDATE sales.orders AS o SET hold_reason = v_reason, version = o.version + 1 WHERE o.id = v_order.id;
    IF v_order.hold_reason IS NULL THEN
        PERFORM messaging.record_event('order.held', v_order.id, v_order.account_id,
                                       sales.order_data(v_order) || jsonb_build_object('reason', v_reason));
    ELSIF v_reason IS NULL THEN
        PERFORM messaging.record_event('order.released', v_order.id, v_order.account_id,
            sales.order_data(v_order) || jsonb_build_object('reason', follow_holds.release_reason));
        -- What the hold said of a person who has left is not needed any more.
        PERFORM messaging.enqueue_job('erase_account', jsonb_build_object('account_id', a.id))
        FROM identity.accounts AS a WHERE a.id = v_order.account_id AND a.status = 'closed';
        PERFORM fulfilment.resume_bookings(v_order.id);
        PERFORM fulfilment.advance_order(v_order.id);    -- delivers what needs no shipping
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.follow_holds TO store_api;
