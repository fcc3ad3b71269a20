-- Confirms that the money of a manual payment has arrived: cash that was handed over, or a transfer on the bank
-- statement. Idempotent.
-- Locks:  order, stock, payment, ledger accounts.
-- Errors: confirmation_required 403; payment_not_found 404, payment_not_manual 409.
CREATE FUNCTION api.confirm_payment(
    payment_id uuid, amount api.amount DEFAULT NULL, reference api.short_text DEFAULT NULL
)
RETURNS api.payment
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_payment payments.payments;
BEGIN
    PERFORM identity.require_fresh();
    v_payment := payments.lock_payment(confirm_payment.payment_id);
    IF NOT EXISTS (SELECT FROM payments.providers AS p WHERE p.name = v_payment.provider AND p.kind = 'manual') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_not_manual',
            MESSAGE = 'The provider of this payment confirms it.',
            HINT = 'Only cash on delivery and bank transfers are confirmed by hand.';
    END IF;
    PERFORM payments.mark_payment_completed(v_payment.id, coalesce(confirm_payment.amount, v_payment.amount),
                                            v_payment.currency, confirm_payment.reference);
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_payment.id;
    RETURN api.render_payment(v_payment, v_actor);
END $$;

COMMENT ON FUNCTION api.confirm_payment IS
'Confirm a payment made by hand

For cash on delivery and bank transfers. `amount` is the amount received, by default the amount of the payment; a
different amount does not pay the order and must be refunded. `reference` is that of the bank or the receipt.';

GRANT EXECUTE ON FUNCTION api.confirm_payment TO app_support;
