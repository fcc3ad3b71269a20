-- Confirms that the money of a manual payment has arrived: cash that was handed over, or a transfer on the bank
-- statement. Idempotent.
-- Locks:  order, stock, payment, ledger accounts.
-- Errors: confirmation_required, own_account_refused 403; payment_not_found 404, payment_not_manual, approval_pending
--         409.
CREATE FUNCTION api.confirm_payment(
    payment_id uuid, amount api.amount DEFAULT NULL, reference api.short_text DEFAULT NULL
)
RETURNS api.payment
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_payment payments.payments;
    v_amount  bigint;
    v_kind    text;
    v_status  text := 'completed';
BEGIN
    PERFORM identity.require_fresh();
    v_payment := payments.lock_payment(confirm_payment.payment_id);
    PERFORM identity.refuse_own_account(v_payment.account_id);
    PERFORM sales.refuse_own_sale(v_payment.order_id);
    v_amount := coalesce(confirm_payment.amount, v_payment.amount);
    IF NOT EXISTS (SELECT FROM payments.providers AS p WHERE p.name = v_payment.provider AND p.kind = 'manual') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_not_manual',
            MESSAGE = 'The provider of this payment confirms it.',
            HINT = 'Only cash on delivery and bank transfers are confirmed by hand.';
    END IF;
    -- Money in a wallet can be withdrawn, and an order without anything to ship is delivered when it is paid, so the
    -- limits of credit apply. Goods still have to be shipped: of those a shop confirms dozens a day (security.md).
    v_kind := CASE
        WHEN v_payment.purpose = 'deposit' THEN 'deposit'
        WHEN NOT EXISTS (SELECT FROM sales.order_items AS i
                         WHERE i.order_id = v_payment.order_id AND i.requires_shipping) THEN 'payment'
    END;
    IF v_kind IS NOT NULL AND v_payment.status <> 'completed' THEN
        v_status := CASE WHEN ledger.needs_second_person(v_payment.account_id, v_amount, v_payment.currency::text)
                         THEN 'pending' ELSE 'completed' END;
        PERFORM ledger.add_staff_change(v_kind, v_status, v_payment.account_id, v_amount, v_payment.currency::text,
                                        v_kind || ' by ' || v_payment.provider,
                                        jsonb_build_object('reference', confirm_payment.reference), v_payment.id);
    END IF;
    IF v_status = 'completed' THEN
        PERFORM payments.mark_payment_completed(v_payment.id, v_amount, v_payment.currency, confirm_payment.reference);
    END IF;
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_payment.id;
    RETURN api.render_payment(v_payment, v_actor);
END $$;

COMMENT ON FUNCTION api.confirm_payment IS
'Confirm a payment made by hand

For cash on delivery and bank transfers. `amount` is the amount received, by default the amount of the payment; a
different amount does not pay the order and must be refunded. `reference` is that of the bank or the receipt.
A deposit into a wallet, or a payment for an order without anything to ship, above the limits of credit stays open until
a second person approves it (`approval_id`, see GET /credits/approvals). Your own payments,
and payments for goods that you sell, are confirmed by a colleague.';

GRANT EXECUTE ON FUNCTION api.confirm_payment TO app_support;
