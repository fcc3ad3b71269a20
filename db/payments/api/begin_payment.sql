-- Commits an attempt to pay, with its idempotency key for the gateway, before any gateway is called. If a later step
-- fails, the worker repairs it from this row.
-- Locks:  the order; for wallet and credit also stock, payment and ledger accounts.
-- Errors: order_not_found 404, order_not_payable, tax_undecided, payment_processing, too_many_payments,
--         product_not_for_sale 409,
--         provider_not_available, amount_above_due, return_url_refused 422, insufficient_funds 409, wallet_locked 409,
--         those of payments.require_payable 422.
CREATE FUNCTION api.begin_payment(
    order_id uuid, provider api.provider, amount api.amount DEFAULT NULL, return_url text DEFAULT NULL,
    public_url text DEFAULT NULL
)
RETURNS api.payment_answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_order   sales.orders;
    v_due     bigint;
    v_coming  bigint;
    v_attempts bigint;
    v_minimum bigint;
    v_payment payments.payments;
BEGIN
    SELECT * INTO v_order FROM sales.orders AS o
    WHERE o.id = begin_payment.order_id AND o.account_id = v_actor
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;
    v_due := v_order.total - v_order.amount_paid;
    IF v_order.status <> 'pending' OR v_order.expires_at <= now() OR v_due <= 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_payable',
            MESSAGE = 'This order is not waiting for a payment.',
            HINT = 'Only a pending order with an amount due can be paid.';
    END IF;
    IF v_order.hold_reason IS NOT NULL AND sales.awaits_tax(v_order.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'tax_undecided',
            MESSAGE = 'The shop has yet to decide how this order is taxed, so its total is not final.',
            HINT = 'It can be paid once the shop has released it (order.released).';
    ELSIF v_order.buyer_tax_id IS NOT NULL AND sales.relies_on_invalid_tax_id(v_order) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'tax_undecided',
            MESSAGE = 'The tax id of this order is not valid, so its total is not right.',
            HINT = 'Set its shipping address again (its price is then computed anew), or cancel it.';
    END IF;
    PERFORM catalog.require_for_sale(ARRAY(
        SELECT i.product_id FROM sales.order_items AS i WHERE i.order_id = v_order.id
        UNION
        SELECT k.product_id FROM sales.order_items AS i
        JOIN sales.order_item_components AS k ON k.order_item_id = i.id
        WHERE i.order_id = v_order.id));
    -- OFFSET 0: as in cancel_open_payments.
    SELECT coalesce(sum(p.amount) FILTER (WHERE p.status = 'processing'), 0)::bigint, count(*)
    INTO STRICT v_coming, v_attempts
    FROM (SELECT a.status, a.amount FROM payments.payments AS a WHERE a.order_id = v_order.id OFFSET 0) AS p;
    IF v_attempts >= 50 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'too_many_payments',
            MESSAGE = 'There were too many attempts to pay for this order.',
            HINT = 'Cancel the order, and order again.';
    END IF;
    v_due := v_due - v_coming;
    IF v_due <= 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_processing',
            MESSAGE = 'A bank is working on the payment of this order.',
            HINT = 'Wait until it is paid. If the bank refuses, the order can be paid in another way.';
    END IF;
    IF begin_payment.amount > v_due THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'amount_above_due',
            MESSAGE = 'This is more than the amount due.',
            HINT = 'Leave amount out to pay all of it.', DETAIL = json_build_object('due', v_due)::text;
    END IF;
    v_minimum := (payments.limits_of(begin_payment.provider, v_order.currency)).minimum;
    IF v_due - begin_payment.amount BETWEEN 1 AND v_minimum - 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'amount_below_minimum',
            MESSAGE = 'This would leave an amount that is too small to be paid.',
            HINT = 'Leave amount out to pay all of it, or leave at least the minimum.',
            DETAIL = json_build_object('minimum', v_minimum, 'due', v_due, 'currency', v_order.currency)::text;
    END IF;

    v_payment := payments.begin_attempt(v_actor, v_order.id, begin_payment.provider,
                                        coalesce(begin_payment.amount, v_due), v_order.currency, v_order.expires_at,
                                        payments.require_return_url(begin_payment.return_url,
                                                                    begin_payment.public_url));
    RETURN ROW(api.render_payment(v_payment, v_actor), NULL)::api.payment_answer;
END $$;

COMMENT ON FUNCTION api.begin_payment IS
'Pay for an order

Begins an attempt to pay. For a gateway the answer has `checkout_url`, the page where the customer pays. Wallet and
credit pay at once. Cash on delivery and bank transfers stay open until the shop confirms them. An order may have
several attempts at a time: the first that succeeds pays the order, a later one is refunded. `amount` pays a part;
without it, all that is due is paid. A gateway has a minimum, a maximum and a step for each currency: another amount, or
a part that leaves less than the minimum, is refused with the limit. After a failed attempt the order stays pending and
can be paid again. An order with products of a merchant who is suspended meanwhile is refused: remove them. An
order with hold_reason `tax` cannot be paid until it is released.

`return_url` is where the payer returns to after the gateway, with `payment_id` and `status` added to its query. Its
origin must be the shop''s own or one of the setting `return_origins`. The order waits for cash or a bank transfer only
if your e-mail is verified; otherwise it expires as before. A bank transfer has `instructions`: the account,
the amount, and the reference by which the shop finds the payment.';

GRANT EXECUTE ON FUNCTION api.begin_payment TO app_guest;
