-- Books what a gateway exchanged of a payment's money, once an entry of its books. A payment is taken, refunded and
-- disputed in its own currency; where the gateway's account has another one, the entry says what that moved. Both sides
-- are known exactly, so no rate is needed; later entries have other rates, and what is left of that is the shop's gain
-- or loss (https://docs.stripe.com/currencies/disputes-refunds). The money leaves the clearing account of the payment's
-- currency and enters that of the gateway's, which fees and payouts leave again; each transfer stays in its currency.
-- Callers:   reconcile_payment, which holds the payment.
-- Returns:   whether anything was booked.
-- Locks:     the entries; the accounts of the shop keep no balance.
CREATE OR REPLACE FUNCTION payments.book_exchanges(payment_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order_id uuid;
    v_entry    payments.gateway_movements;
    v_leg      record;
    v_clearing uuid;
    v_exchange uuid;
    v_kind     text;
    v_booked   boolean := false;
BEGIN
    SELECT p.order_id INTO STRICT v_order_id FROM payments.payments AS p WHERE p.id = book_exchanges.payment_id;
    FOR v_entry IN
        UPDATE payments.gateway_movements AS m SET exchanged = true
        WHERE m.payment_id = book_exchanges.payment_id AND m.settled_currency IS NOT NULL AND NOT m.exchanged
        RETURNING m.*
    LOOP
        v_booked := true;
        v_kind := CASE v_entry.kind WHEN 'captured' THEN 'capture' WHEN 'refunded' THEN 'refund' ELSE 'dispute' END
                  || '_exchanged';
        FOR v_leg IN
            SELECT l.currency, l.amount
            FROM (VALUES (v_entry.currency, -v_entry.amount), (v_entry.settled_currency, v_entry.settled_amount))
                AS l (currency, amount)
            WHERE l.amount <> 0
        LOOP
            v_clearing := ledger.open_account('clearing', v_leg.currency, v_entry.provider);
            v_exchange := ledger.open_account('exchange', v_leg.currency);
            PERFORM ledger.post_transfer(
                CASE WHEN v_leg.amount > 0 THEN v_clearing ELSE v_exchange END,
                CASE WHEN v_leg.amount > 0 THEN v_exchange ELSE v_clearing END,
                abs(v_leg.amount), v_kind, order_id => v_order_id, payment_id => book_exchanges.payment_id,
                metadata => jsonb_build_object('movement_id', v_entry.movement_id));
        END LOOP;
    END LOOP;
    RETURN v_booked;
END $$;

GRANT EXECUTE ON FUNCTION payments.book_exchanges TO store_api;
