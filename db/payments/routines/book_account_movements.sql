-- Books what a gateway keeps and pays out beside payments, once an entry: fees of the account, and money between the
-- gateway and the shop's own bank account. What the gateway holds in reserve stays in its clearing account.
-- Callers:   api.store_gateway_movements.
-- Locks:     the entries.
CREATE OR REPLACE FUNCTION payments.book_account_movements(provider text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_entry    payments.gateway_movements;
    v_clearing uuid;
    v_fees     uuid;
    v_bank     uuid;
    v_source   jsonb;
BEGIN
    FOR v_entry IN
        UPDATE payments.gateway_movements AS m SET booked = true
        WHERE m.provider = book_account_movements.provider AND m.payment_id IS NULL AND NOT m.booked
          -- The fee of a charge belongs to a payment, which may turn up yet.
          AND m.charge_reference IS NULL AND m.kind IN ('fee', 'payout')
        RETURNING m.*
    LOOP
        v_clearing := ledger.open_account('clearing', v_entry.currency, v_entry.provider);
        v_source := jsonb_build_object('movement_id', v_entry.movement_id);
        IF v_entry.amount <> 0 THEN
            v_bank := ledger.open_account('bank', v_entry.currency);
        END IF;
        IF v_entry.amount < 0 THEN
            PERFORM ledger.post_transfer(v_bank, v_clearing, -v_entry.amount, 'gateway_payout',
                                         reason => v_entry.reason, metadata => v_source);
        ELSIF v_entry.amount > 0 THEN
            PERFORM ledger.post_transfer(v_clearing, v_bank, v_entry.amount, 'gateway_payout_returned',
                                         reason => v_entry.reason, metadata => v_source);
        END IF;
        IF v_entry.fee <> 0 THEN
            v_fees := ledger.open_account('fees', v_entry.currency);
        END IF;
        IF v_entry.fee > 0 THEN
            PERFORM ledger.post_transfer(v_fees, v_clearing, v_entry.fee, 'gateway_fee',
                                         reason => v_entry.reason, metadata => v_source);
        ELSIF v_entry.fee < 0 THEN
            PERFORM ledger.post_transfer(v_clearing, v_fees, -v_entry.fee, 'gateway_fee_returned',
                                         reason => v_entry.reason, metadata => v_source);
        END IF;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION payments.book_account_movements TO store_api;
