-- The second phase: moves what hold_amount() held, all of it or a part; the rest is available again. Possible once.
-- Callers:   payments.mark_payment_completed, mark_payout_completed, mark_refund_completed.
-- Locks:     both accounts where they keep a balance, in id order.
-- Errors:    hold_not_found 404, hold_exceeded 409, transfer_ended_twice 409.
-- Definer:   no other code may write to the ledger.
CREATE OR REPLACE FUNCTION ledger.post_hold(pending_id uuid, amount bigint DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_hold   ledger.transfers;
    v_amount bigint;
    v_debit  bigint;
    v_credit bigint;
    v_id     uuid;
BEGIN
    SELECT * INTO v_hold FROM ledger.transfers AS t WHERE t.id = post_hold.pending_id AND t.phase = 'pending';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'hold_not_found', MESSAGE = 'There is no such hold.';
    END IF;
    v_amount := coalesce(post_hold.amount, v_hold.amount);
    IF v_amount > v_hold.amount THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'hold_exceeded',
            MESSAGE = 'This is more than the amount held.';
    END IF;
    IF v_hold.debit_account < v_hold.credit_account THEN
        v_debit := ledger.change_balance(v_hold.debit_account, -v_amount, -v_hold.amount);
        v_credit := ledger.change_balance(v_hold.credit_account, v_amount);
    ELSE
        v_credit := ledger.change_balance(v_hold.credit_account, v_amount);
        v_debit := ledger.change_balance(v_hold.debit_account, -v_amount, -v_hold.amount);
    END IF;
    INSERT INTO ledger.transfers AS t (debit_account, credit_account, amount, currency, kind, phase, pending_id,
                                       order_id, payment_id, refund_id, actor_id, reason, debit_balance,
                                       credit_balance)
    VALUES (v_hold.debit_account, v_hold.credit_account, v_amount, v_hold.currency, v_hold.kind, 'post', v_hold.id,
            v_hold.order_id, v_hold.payment_id, v_hold.refund_id, identity.current_actor(), v_hold.reason, v_debit,
            v_credit)
    RETURNING t.id INTO v_id;
    RETURN v_id;
END $$;

GRANT EXECUTE ON FUNCTION ledger.post_hold TO store_api;
