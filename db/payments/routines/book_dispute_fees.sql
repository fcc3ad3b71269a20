-- Books what the gateway charged for a dispute, once a movement: the gateway has kept it, and the shop bears it. The
-- fee is in the currency of the shop's account at the gateway.
-- Callers:   settle_disputes.
-- Locks:     the payment, the dispute's movements; the accounts of the shop keep no balance.
CREATE OR REPLACE FUNCTION payments.book_dispute_fees(dispute_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_movement payments.dispute_movements;
    v_payment  payments.payments;
    v_fees     uuid;
    v_clearing uuid;
BEGIN
    FOR v_movement IN
        UPDATE payments.dispute_movements AS m SET fee_booked = true
        WHERE m.dispute_id = book_dispute_fees.dispute_id AND NOT m.fee_booked AND m.fee <> 0
          AND m.fee_currency ~ '^[A-Z]{3}$'
        RETURNING m.*
    LOOP
        SELECT p.* INTO STRICT v_payment
        FROM payments.disputes AS d JOIN payments.payments AS p ON p.id = d.payment_id
        WHERE d.id = book_dispute_fees.dispute_id;
        v_fees := ledger.open_account('fees', v_movement.fee_currency);
        v_clearing := ledger.open_account('clearing', v_movement.fee_currency, v_payment.provider);
        IF v_movement.fee > 0 THEN
            PERFORM ledger.post_transfer(v_fees, v_clearing, v_movement.fee, 'dispute_fee',
                                         order_id => v_payment.order_id, payment_id => v_payment.id);
        ELSE
            PERFORM ledger.post_transfer(v_clearing, v_fees, -v_movement.fee, 'dispute_fee_returned',
                                         order_id => v_payment.order_id, payment_id => v_payment.id);
        END IF;
        -- What the gateway has kept of the payment includes it, whether a callback or its books tell of it first.
        UPDATE payments.payments AS p
        SET fee = p.fee + v_movement.fee, fee_currency = v_movement.fee_currency, version = p.version + 1
        WHERE p.id = v_payment.id AND coalesce(p.fee_currency, v_movement.fee_currency) = v_movement.fee_currency;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION payments.book_dispute_fees TO store_api;
