-- Reverses all transfers of a refund, because its money has come back.
-- Callers:   payments.mark_refund_failed.
-- Locks:     merchants' earnings, then the wallet, each by ledger account id.
-- Errors:    refund_booked_twice 409.
-- Definer:   reads transfers past their policy; no other code may write to the ledger.
CREATE OR REPLACE FUNCTION ledger.reverse_refund(refund_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_transfer ledger.transfers;
BEGIN
    FOR v_transfer IN
        SELECT t.* FROM ledger.transfers AS t
        WHERE t.refund_id = reverse_refund.refund_id AND t.phase IN ('posted', 'post')
        ORDER BY t.kind <> 'earnings_returned', t.debit_account
    LOOP
        PERFORM ledger.post_transfer(v_transfer.credit_account, v_transfer.debit_account, v_transfer.amount,
                                     v_transfer.kind || '_reversed', order_id => v_transfer.order_id,
                                     payment_id => v_transfer.payment_id, refund_id => v_transfer.refund_id);
        IF v_transfer.kind = 'earnings_returned' THEN
            PERFORM ledger.change_order_earnings(v_transfer.order_id, v_transfer.debit_account, v_transfer.amount);
        END IF;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION ledger.reverse_refund TO store_api;
