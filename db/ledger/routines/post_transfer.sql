-- Moves an amount from the debited to the credited account. A transfer is one row, so it cannot be unbalanced. The
-- balance of an account that keeps one is its credits minus its debits.
-- Callers:   the routines of ledger and payments that move money, and sales.return_shares.
-- Locks:     accounts with a balance, in id order.
-- Errors:    insufficient_funds 409 (the account's constraint), transfer_booked_twice, share_booked_twice,
--            refund_booked_twice 409, currency_mismatch 409.
-- Definer:   no other code may write to the ledger.
CREATE OR REPLACE FUNCTION ledger.post_transfer(
    debit uuid, credit uuid, amount bigint, kind text,
    order_id uuid DEFAULT NULL, payment_id uuid DEFAULT NULL, refund_id uuid DEFAULT NULL, reason text DEFAULT NULL,
    metadata jsonb DEFAULT NULL
)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- those with a balance, as in change_balance
    v_kinds    CONSTANT text[] := ARRAY['wallet', 'credit', 'earnings'];
    v_accounts record;
    v_debit    bigint;
    v_credit   bigint;
    v_id       uuid;
BEGIN
    -- Reads both accounts in one query: between two accounts without a balance (a gateway's and the shop's) only the
    -- row is needed.
    SELECT d.currency, d.kind = ANY (v_kinds) OR c.kind = ANY (v_kinds) AS keep_balances INTO v_accounts
    FROM ledger.accounts AS d JOIN ledger.accounts AS c ON c.currency = d.currency
    WHERE d.id = post_transfer.debit AND c.id = post_transfer.credit;
    IF NOT FOUND THEN
        PERFORM ledger.common_currency(post_transfer.debit, post_transfer.credit);        -- raises the error
    ELSIF NOT v_accounts.keep_balances THEN
        NULL;
    ELSIF post_transfer.debit < post_transfer.credit THEN
        v_debit := ledger.change_balance(post_transfer.debit, -post_transfer.amount);
        v_credit := ledger.change_balance(post_transfer.credit, post_transfer.amount);
    ELSE
        v_credit := ledger.change_balance(post_transfer.credit, post_transfer.amount);
        v_debit := ledger.change_balance(post_transfer.debit, -post_transfer.amount);
    END IF;
    INSERT INTO ledger.transfers AS t (debit_account, credit_account, amount, currency, kind, order_id, payment_id,
                                       refund_id, actor_id, reason, metadata, debit_balance, credit_balance)
    VALUES (post_transfer.debit, post_transfer.credit, post_transfer.amount, v_accounts.currency, post_transfer.kind,
            post_transfer.order_id, post_transfer.payment_id, post_transfer.refund_id, identity.current_actor(),
            post_transfer.reason, post_transfer.metadata, v_debit, v_credit)
    RETURNING t.id INTO v_id;
    RETURN v_id;
END $$;

GRANT EXECUTE ON FUNCTION ledger.post_transfer TO store_api;
