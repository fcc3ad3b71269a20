-- Books the money of a refund that has come back into the account unapplied: it is the payer's, and waits there until
-- the refund is made in another way. It stays a refund in reports, and merchants' shares stay taken back.
-- Callers:   payments.mark_refund_failed.
-- Locks:     the payer's ledger account, if the money came from there.
-- Errors:    refund_booked_twice 409.
-- Definer:   reads transfers past their policy; no other code may write to the ledger.
CREATE OR REPLACE FUNCTION ledger.keep_refund(refund_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_transfer ledger.transfers;
BEGIN
    FOR v_transfer IN
        SELECT t.* FROM ledger.transfers AS t
        WHERE t.refund_id = keep_refund.refund_id AND t.kind IN ('refund', 'refund_unapplied') AND t.phase = 'posted'
        ORDER BY t.kind
    LOOP
        PERFORM ledger.post_transfer(v_transfer.credit_account, ledger.open_account('unapplied', v_transfer.currency),
                                     v_transfer.amount,
                                     CASE v_transfer.kind WHEN 'refund' THEN 'refund_returned'
                                                          ELSE 'refund_unapplied_reversed' END,
                                     order_id => v_transfer.order_id, payment_id => v_transfer.payment_id,
                                     refund_id => v_transfer.refund_id);
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION ledger.keep_refund TO store_api;
