-- Refunds a payment through the gateway that took it, by amount or by line. The amount counts as refunded from now on;
-- the worker calls the gateway. Money that never belonged to the order (a surplus whose own refund failed) is refunded
-- first.
-- Locks:  order, stock (with restock), payment, order lines; wallet or credit if the money came from there.
-- Errors: payment_not_found 404, refund_above_payment 409, payment_disputed 409, refund_came_back 409, order_not_paid
--         409, refund_by_amount_or_items 422, restock_needs_full_refund, component_not_restocked 422,
--         order_already_restocked, pieces_not_here 409, amount_step 422, those of price_refund_lines.
CREATE FUNCTION api.create_refund(
    payment_id uuid, reason api.short_text, amount api.amount DEFAULT NULL, items api.refund_line[] DEFAULT NULL,
    restock boolean DEFAULT false
)
RETURNS api.refund
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor      CONSTANT uuid := identity.authenticate();
    v_restock    CONSTANT boolean := coalesce(create_refund.restock, false);
    v_ids        CONSTANT uuid[] := ARRAY(SELECT i.order_item_id FROM unnest(create_refund.items) AS i);
    v_quantities CONSTANT integer[] := ARRAY(SELECT i.quantity FROM unnest(create_refund.items) AS i);
    v_components CONSTANT uuid[] := ARRAY(SELECT i.product_id FROM unnest(create_refund.items) AS i);
    v_by_line    CONSTANT boolean := create_refund.items IS NOT NULL;
    v_payment    payments.payments;
    v_order      sales.orders;
    v_amounts    bigint[];
    v_refundable bigint;
    v_available  bigint;
    v_amount     bigint;
    v_from_order bigint;
    v_whole      boolean;
    v_left       boolean;
    v_refund_id  uuid;
    v_refund     payments.refunds;
BEGIN
    v_payment := payments.lock_payment(create_refund.payment_id);
    SELECT * INTO v_order FROM sales.orders AS o WHERE o.id = v_payment.order_id;
    IF v_by_line AND (create_refund.amount IS NOT NULL OR v_ids = '{}' OR v_payment.order_id IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'refund_by_amount_or_items',
            MESSAGE = 'A refund is either by amount or by lines of the order.',
            HINT = 'Send either amount or items, or neither to refund everything.';
    END IF;
    PERFORM payments.require_refundable(v_payment.id);

    v_refundable := v_payment.amount_captured - v_payment.amount_refunded;
    v_available := payments.refundable_from_order(v_payment.id);
    IF v_by_line THEN
        v_amounts := payments.price_refund_lines(v_order.id, v_ids, v_quantities, v_components,
            (payments.limits_of(v_payment.provider, v_payment.captured_currency)).step);
        v_amount := (SELECT sum(a)::bigint FROM unnest(v_amounts) AS a);
        v_from_order := v_amount;
    ELSE
        v_amount := coalesce(create_refund.amount, v_refundable);
        v_from_order := greatest(0, v_amount - (v_refundable - v_available));
    END IF;
    IF v_amount > v_refundable OR v_amount = 0 OR v_from_order > v_available THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_above_payment',
            MESSAGE = 'Refunds cannot exceed the amount that was paid.',
            DETAIL = json_build_object('refundable', CASE WHEN v_by_line THEN v_available ELSE v_refundable END)::text;
    END IF;
    PERFORM payments.require_step(v_payment.provider, v_payment.captured_currency, v_amount);
    IF v_from_order > 0 AND v_order.status = 'pending' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_paid',
            MESSAGE = 'This order has not been paid in full yet.',
            HINT = 'Cancel the order: what was paid is then refunded.';
    END IF;

    v_whole := v_order.amount_refunded + v_from_order = v_order.amount_paid AND v_from_order > 0;
    v_left := fulfilment.has_left(v_order.id);
    IF v_restock THEN
        IF v_order.paid_at IS NULL OR v_order.status = 'cancelled' OR NOT (v_whole OR v_by_line) THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'restock_needs_full_refund',
                MESSAGE = 'Goods can be restocked by line, or when the whole order is refunded.',
                HINT = 'Send items, refund the whole order, or leave restock out.';
        END IF;
        IF num_nonnulls(VARIADIC v_components) > 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'component_not_restocked',
                MESSAGE = 'Only whole bundles can be restocked.',
                HINT = 'Leave restock out, and adjust the stock of the components that came back.';
        ELSIF v_by_line THEN
            PERFORM fulfilment.withdraw_pieces(v_order.id, v_ids, v_quantities);
            PERFORM payments.restock_order(v_order.id, v_ids, v_quantities);
        ELSIF v_order.status <> 'paid' THEN
            PERFORM fulfilment.withdraw_pieces(v_order.id);
            PERFORM payments.restock_order(v_order.id);
        ELSIF v_left THEN
            PERFORM fulfilment.restock_rest(v_order.id);
        END IF;
    END IF;

    v_refund_id := payments.request_refund(v_payment.id, v_amount, v_from_order, create_refund.reason,
        CASE WHEN v_by_line THEN v_ids END, CASE WHEN v_by_line THEN v_quantities END, v_amounts,
        product_ids => CASE WHEN v_by_line THEN v_components END);
    -- Nothing has been shipped: the cancellation restocks what has not been restocked yet.
    IF v_restock AND v_whole AND v_order.status = 'paid' AND NOT v_left THEN
        PERFORM sales.cancel_order(v_order.id, 'refunded');
    ELSIF v_restock THEN
        PERFORM fulfilment.advance_order(v_order.id);
    END IF;
    SELECT * INTO STRICT v_refund FROM payments.refunds AS r WHERE r.id = v_refund_id;
    RETURN api.render_refund(v_refund);
END $$;

COMMENT ON FUNCTION api.create_refund IS
'Refund a payment

Refunds an `amount`, or `items` (pieces of the order''s lines), or all that is left if neither is sent. `restock` puts
the goods back into stock: the pieces of `items`, or all when the whole order is refunded. If nothing has been shipped,
that cancels the order; if a part has been shipped, the rest is restocked. Pieces that have not been shipped are
restocked first; pieces refunded without `restock` are still to be shipped. Where the gateway refunds in steps, as of
three-decimal currencies, an `amount` is a multiple of the step, and pieces are rounded to it. The refund is `pending` until the gateway
has made it; one that `failed` can be retried.';

GRANT EXECUTE ON FUNCTION api.create_refund TO app_support;
