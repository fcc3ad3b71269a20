-- Refunds a payment through the gateway that took it, by amount or by line. The amount counts as refunded from now on;
-- the worker calls the gateway. Money that never belonged to the order (a surplus whose own refund failed) is refunded
-- first. With the gateway's own reference it records a refund that was made at the gateway: nothing is sent.
-- Locks:  order, stock (with restock), payment, order lines; wallet or credit if the money came from there.
-- Errors: confirmation_required, own_account_refused 403; payment_not_found 404, refund_above_payment 409,
--         refund_above_shipping 409, payment_disputed 409, order_not_paid 409, refund_by_amount_or_items 422,
--         restock_needs_full_refund, component_not_restocked 422, order_already_restocked, pieces_not_here 409,
--         amount_step 422, refund_not_at_gateway 422, refund_known 409, those of price_refund_lines.
CREATE FUNCTION api.create_refund(
    payment_id uuid, reason api.short_text, amount api.amount DEFAULT NULL, items api.refund_lines DEFAULT NULL,
    restock boolean DEFAULT NULL, shipping_amount api.amount DEFAULT NULL,
    gateway_reference api.short_text DEFAULT NULL
)
RETURNS api.refund
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor      CONSTANT uuid := identity.authenticate();
    v_ids        CONSTANT uuid[] := ARRAY(SELECT i.order_item_id FROM unnest(create_refund.items) AS i);
    v_quantities CONSTANT integer[] := ARRAY(SELECT i.quantity FROM unnest(create_refund.items) AS i);
    v_components CONSTANT uuid[] := ARRAY(SELECT i.product_id FROM unnest(create_refund.items) AS i);
    v_by_line    CONSTANT boolean := create_refund.items IS NOT NULL OR create_refund.shipping_amount IS NOT NULL;
    -- 'dispute_lost' is what a dispute took (payments.was_reversed): such a refund, once it fails, is owed to no one.
    v_reason     CONSTANT text := CASE create_refund.reason WHEN 'dispute_lost' THEN 'dispute lost'
                                       ELSE create_refund.reason END;
    v_payment    payments.payments;
    v_order      sales.orders;
    v_lines      uuid[] := v_ids;
    v_counts     integer[] := v_quantities;
    v_parts      uuid[] := v_components;
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
    PERFORM identity.require_fresh();
    v_payment := payments.lock_payment(create_refund.payment_id);
    PERFORM identity.refuse_own_account(v_payment.account_id);
    SELECT * INTO v_order FROM sales.orders AS o WHERE o.id = v_payment.order_id;
    IF v_by_line AND (create_refund.amount IS NOT NULL OR v_payment.order_id IS NULL
                      OR v_ids = '{}' AND create_refund.shipping_amount IS NULL)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'refund_by_amount_or_items',
            MESSAGE = 'A refund is either by amount or by lines and shipping of the order.',
            HINT = 'Send either amount, or items and shipping_amount, or none of them to refund everything.';
    END IF;
    PERFORM payments.require_refundable(v_payment.id);
    IF create_refund.gateway_reference IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM payments.providers AS v
                       WHERE v.name = v_payment.provider AND v.kind = 'gateway') THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'refund_not_at_gateway',
                MESSAGE = 'This payment was not made through a gateway.', HINT = 'Leave gateway_reference out.';
        ELSIF EXISTS (SELECT FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id
                      WHERE r.provider_reference = create_refund.gateway_reference
                        AND p.provider = v_payment.provider) THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_known',
                MESSAGE = 'A refund with this reference is known already.';
        END IF;
    END IF;

    v_refundable := v_payment.amount_captured - v_payment.amount_refunded;
    v_available := payments.refundable_from_order(v_payment.id);
    IF v_by_line THEN
        v_amounts := payments.price_refund_lines(v_order.id, v_ids, v_quantities, v_components,
            (payments.limits_of(v_payment.provider, v_payment.captured_currency)).step);
        IF create_refund.shipping_amount > sales.shipping_cost(v_order) - v_order.shipping_refunded THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_above_shipping',
                MESSAGE = 'Refunds cannot exceed what the shipping cost.',
                DETAIL = json_build_object(
                    'refundable', sales.shipping_cost(v_order) - v_order.shipping_refunded)::text;
        ELSIF create_refund.shipping_amount IS NOT NULL THEN    -- the line without an id
            v_lines := v_ids || NULL::uuid;
            v_counts := v_quantities || 0;
            v_parts := v_components || NULL::uuid;
            v_amounts := v_amounts || create_refund.shipping_amount::bigint;
        END IF;
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
    IF v_from_order > 0 AND v_order.status = 'pending'
       AND (create_refund.gateway_reference IS NULL OR v_by_line) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_paid',
            MESSAGE = 'This order has not been paid in full yet.',
            HINT = 'Cancel the order: what was paid is then refunded.';
    END IF;

    v_whole := v_order.amount_refunded + v_from_order = v_order.amount_paid AND v_from_order > 0;
    v_left := fulfilment.has_left(v_order.id);
    IF create_refund.restock THEN
        IF v_order.paid_at IS NULL OR v_order.status = 'cancelled' OR NOT (v_whole OR v_ids <> '{}') THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'restock_needs_full_refund',
                MESSAGE = 'Goods can be restocked by line, or when the whole order is refunded.',
                HINT = 'Send items, refund the whole order, or leave restock out.';
        END IF;
        IF num_nonnulls(VARIADIC v_components) > 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'component_not_restocked',
                MESSAGE = 'Only whole bundles can be restocked.',
                HINT = 'Leave restock out, and adjust the stock of the components that came back.';
        ELSIF v_ids <> '{}' THEN
            PERFORM fulfilment.withdraw_pieces(v_order.id, v_ids, v_quantities);
            PERFORM payments.restock_order(v_order.id, v_ids, v_quantities);
        ELSIF v_order.status <> 'paid' THEN
            PERFORM fulfilment.withdraw_pieces(v_order.id);
            PERFORM payments.restock_order(v_order.id);
        ELSIF v_left THEN
            PERFORM fulfilment.restock_rest(v_order.id);
        END IF;
    -- By default, what was never shipped goes back into stock.
    ELSIF create_refund.restock IS NULL AND v_order.paid_at IS NOT NULL AND v_order.status <> 'cancelled' THEN
        IF v_by_line THEN
            PERFORM fulfilment.restock_rest(v_order.id, array_agg(i.order_item_id), array_agg(i.quantity::integer))
            FROM unnest(create_refund.items) AS i WHERE i.product_id IS NULL HAVING count(*) > 0;
        ELSIF v_whole AND (v_left OR v_order.status <> 'paid') THEN
            PERFORM fulfilment.restock_rest(v_order.id);
        END IF;
    END IF;

    IF create_refund.gateway_reference IS NULL THEN
        v_refund_id := payments.request_refund(v_payment.id, v_amount, v_from_order, v_reason,
            CASE WHEN v_by_line THEN v_lines END, CASE WHEN v_by_line THEN v_counts END, v_amounts,
            product_ids => CASE WHEN v_by_line THEN v_parts END);
    ELSE
        v_refund_id := payments.record_refund(v_payment.id, v_amount, v_from_order, v_reason,
            CASE WHEN v_by_line THEN v_lines END, CASE WHEN v_by_line THEN v_counts END, v_amounts,
            product_ids => CASE WHEN v_by_line THEN v_parts END);
        PERFORM payments.mark_refund_completed(v_refund_id, create_refund.gateway_reference);
        PERFORM payments.settle_disputes(v_payment.id);
    END IF;
    -- Nothing has been shipped: the cancellation restocks what has not been restocked yet.
    IF create_refund.restock IS NOT FALSE AND v_whole AND v_order.status = 'paid' AND NOT v_left THEN
        PERFORM sales.cancel_order(v_order.id, 'refunded');
    END IF;
    SELECT * INTO STRICT v_refund FROM payments.refunds AS r WHERE r.id = v_refund_id;
    RETURN api.render_refund(v_refund);
END $$;

COMMENT ON FUNCTION api.create_refund IS
'Refund a payment

Refunds an `amount`, or `items` (pieces of the order''s lines) and `shipping_amount`, which includes its tax, or all
that is left if none is sent. Refunded pieces are no longer owed and cannot be shipped; pieces that have not been
shipped count first. Those of `items`, or all when the whole order is refunded, go back into stock unless `restock` is
false; with `restock` true, so do pieces that were shipped. A whole refund of an order of which nothing has been shipped
cancels it, unless `restock` is false. Where the gateway refunds in steps, as for three-decimal currencies, an `amount`
is a multiple of the step, and pieces are rounded to it. The refund is `pending` until the gateway has made it; one that
`failed` can be retried.
`gateway_reference` is the gateway''s own reference of a refund that was made in its dashboard and that it does not tell
of by itself (SSLCommerz): the refund is recorded as completed, nothing is sent, and reconciliation asks for it.';

GRANT EXECUTE ON FUNCTION api.create_refund TO app_support;
