-- Gives a payment by bank transfer its reference: of the order's number; a second transfer for the same order has the
-- number, X and its count, and a deposit has a number of its own. Does nothing while the seller has no valid IBAN: the
-- customer then gets no instructions, and the shop has to tell them.
-- Callers:   payments.begin_attempt, which has inserted the payment. The caller holds the order.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION payments.instruct_transfer(payment payments.payments)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_seller billing.sellers;
    v_body   text;
    v_count  bigint;
BEGIN
    SELECT * INTO STRICT v_seller FROM billing.sellers AS s ORDER BY s.version DESC LIMIT 1;
    IF NOT payments.is_iban(v_seller.iban) THEN
        RETURN;
    END IF;
    IF payment.order_id IS NULL THEN
        v_body := 'D' || nextval('payments.deposit_transfers');
    ELSE
        SELECT o.number::text INTO STRICT v_body FROM sales.orders AS o WHERE o.id = payment.order_id;
        SELECT count(*) INTO STRICT v_count
        FROM payments.payments AS p
        WHERE p.order_id = payment.order_id AND p.provider = payment.provider;
        IF v_count > 1 THEN
            v_body := v_body || 'X' || v_count;
        END IF;
    END IF;
    INSERT INTO payments.bank_transfers (payment_id, account_id, reference, seller_version)
    VALUES (payment.id, payment.account_id, payments.creditor_reference(v_body), v_seller.version);
END $$;

GRANT EXECUTE ON FUNCTION payments.instruct_transfer TO store_api;
