-- The alternative second phase: releases what hold_amount() held. Possible once.
-- Callers:   payments.freeze_shares, mark_payout_failed, mark_refund_failed, fulfilment.release_credit.
-- Locks:     the debited account.
-- Errors:    hold_not_found 404, transfer_ended_twice 409.
-- Definer:   no other code may write to the ledger.
CREATE OR REPLACE FUNCTION ledger.void_hold(pending_id uuid)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_hold    ledger.transfers;
    v_balance bigint;
    v_id      uuid;
BEGIN
    SELECT * INTO v_hold FROM ledger.transfers AS t WHERE t.id = void_hold.pending_id AND t.phase = 'pending';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'hold_not_found', MESSAGE = 'There is no such hold.';
    END IF;
    v_balance := ledger.change_balance(v_hold.debit_account, 0, -v_hold.amount);
    INSERT INTO ledger.transfers AS t (debit_account, credit_account, amount, currency, kind, phase, pending_id,
                                       order_id, payment_id, refund_id, actor_id, reason, debit_balance)
    VALUES (v_hold.debit_account, v_hold.credit_account, v_hold.amount, v_hold.currency, v_hold.kind, 'void',
            v_hold.id, v_hold.order_id, v_hold.payment_id, v_hold.refund_id, identity.current_actor(),
            v_hold.reason, v_balance)
    RETURNING t.id INTO v_id;
    IF v_hold.kind = 'dispute' AND v_hold.order_id IS NOT NULL THEN
        PERFORM ledger.change_order_earnings(v_hold.order_id, v_hold.debit_account, v_hold.amount);
    END IF;
    RETURN v_id;
END $$;

GRANT EXECUTE ON FUNCTION ledger.void_hold TO store_api;
