-- Books what a gateway has kept of a payment beyond what is booked, or gives back what it no longer keeps. The fee is
-- the shop's: merchants pay the commission. Fees in several currencies are left to a person.
-- Callers:   reconcile_payment, which holds the payment.
-- Returns:   whether anything changed.
-- Locks:     none: the accounts of the shop keep no balance.
CREATE OR REPLACE FUNCTION payments.book_fee(payment_id uuid, booked bigint, fee bigint, currency text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment  payments.payments;
    v_fees     uuid;
    v_clearing uuid;
BEGIN
    IF book_fee.booked = book_fee.fee OR EXISTS (
        SELECT FROM payments.gateway_movements AS m
        WHERE m.payment_id = book_fee.payment_id AND m.fee <> 0 AND m.fee_currency <> book_fee.currency)
    THEN
        RETURN false;
    END IF;
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = book_fee.payment_id;
    v_fees := ledger.open_account('fees', book_fee.currency);
    v_clearing := ledger.open_account('clearing', book_fee.currency, v_payment.provider);
    IF book_fee.fee > book_fee.booked THEN
        PERFORM ledger.post_transfer(v_fees, v_clearing, book_fee.fee - book_fee.booked, 'fee',
                                     order_id => v_payment.order_id, payment_id => v_payment.id);
    ELSE
        PERFORM ledger.post_transfer(v_clearing, v_fees, book_fee.booked - book_fee.fee, 'fee_returned',
                                     order_id => v_payment.order_id, payment_id => v_payment.id);
    END IF;
    UPDATE payments.payments AS p
    SET fee = book_fee.fee, fee_currency = book_fee.currency, version = p.version + 1
    WHERE p.id = v_payment.id;
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION payments.book_fee TO store_api;
