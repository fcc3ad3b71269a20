-- Gives money back through the gateway that took it. The amount counts as refunded from here on; the worker tells the gateway.
-- What never belonged to the order (a surplus whose own refund failed) goes first.
-- Locks:  order, stock (with restock), payment.
-- Errors: payment_not_found 404, refund_above_payment 409, restock_needs_full_refund 422, order_already_restocked 409.
CREATE FUNCTION api.create_refund(payment_id uuid, reason api.short_text, amount api.amount DEFAULT NULL, restock boolean DEFAULT false)
RETURNS api.refund
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor      CONSTANT uuid := identity.authenticate();
    v_order      sales.orders;
    v_payment    payments.payments;
    v_refundable bigint;
    v_amount     bigint;
    v_from_order bigint;
    v_refund_id  uuid;
    v_refund     payments.refunds;
BEGIN
    SELECT o.* INTO v_order FROM sales.orders AS o
    WHERE o.id = (SELECT p.order_id FROM payments.payments AS p WHERE p.id = create_refund.payment_id)
    FOR NO KEY UPDATE;
    SELECT * INTO v_payment FROM payments.payments AS p WHERE p.id = create_refund.payment_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payment_not_found', MESSAGE = 'There is no such payment.';
    END IF;

    v_refundable := v_payment.amount_captured - v_payment.amount_refunded;
    v_amount := coalesce(create_refund.amount, v_refundable);
    IF v_amount > v_refundable OR v_amount = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_above_payment', MESSAGE = 'Refunds cannot exceed what the payment took.',
            DETAIL = json_build_object('refundable', v_refundable)::text;
    END IF;
    v_from_order := greatest(0, v_amount - (v_refundable - payments.refundable_from_order(v_payment.id)));

    IF coalesce(create_refund.restock, false) THEN
        IF v_order.status NOT IN ('paid', 'shipped', 'delivered') OR v_order.amount_refunded + v_from_order < v_order.amount_paid THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'restock_needs_full_refund',
                MESSAGE = 'Goods go back into stock only when the whole order is refunded.', HINT = 'Refund all of it, or leave restock out.';
        END IF;
        -- What has not been shipped goes back when the order is cancelled, below.
        IF v_order.status <> 'paid' THEN
            PERFORM payments.restock_order(v_order.id);
        END IF;
    END IF;

    v_refund_id := payments.request_refund(v_payment.id, v_amount, v_from_order, create_refund.reason);
    IF coalesce(create_refund.restock, false) AND v_order.status = 'paid' THEN
        PERFORM sales.cancel_order(v_order.id, 'refunded');
    END IF;
    SELECT * INTO STRICT v_refund FROM payments.refunds AS r WHERE r.id = v_refund_id;
    RETURN api.render_refund(v_refund);
END $$;

COMMENT ON FUNCTION api.create_refund IS
'Refund a payment

A part or, without `amount`, all that is left of it. `restock` puts the goods back into stock and needs the whole order refunded; an order
that has not been shipped is cancelled by it. The refund is `pending` until the gateway has done it.';

GRANT EXECUTE ON FUNCTION api.create_refund TO app_support;
