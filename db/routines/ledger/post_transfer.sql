-- Moves an amount from the debited to the credited account: one row, so it cannot be unbalanced. A balance, where an account keeps one,
-- is its credits less its debits.
-- Called by: routines of payments (later wallet, credit, payouts).
-- Errors:    insufficient_funds 409 (the account's constraint), transfer_booked_twice and refund_booked_twice 409, currency_mismatch 409.
-- Locks:     accounts with a balance, in id order.
-- Definer:   nobody else may write the books.
CREATE OR REPLACE FUNCTION ledger.post_transfer(
    debit uuid, credit uuid, amount bigint, kind text,
    order_id uuid DEFAULT NULL, payment_id uuid DEFAULT NULL, refund_id uuid DEFAULT NULL
)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account    record;
    v_currencies text[] := '{}';
    v_id         uuid;
BEGIN
    FOR v_account IN
        SELECT a.id, a.currency::text AS currency, a.balance IS NOT NULL AS keeps_balance
        FROM ledger.accounts AS a WHERE a.id IN (post_transfer.debit, post_transfer.credit) ORDER BY a.id
    LOOP
        v_currencies := v_currencies || v_account.currency;
        IF v_account.keeps_balance THEN
            UPDATE ledger.accounts AS a
            SET balance = a.balance + CASE WHEN a.id = post_transfer.credit THEN post_transfer.amount ELSE -post_transfer.amount END
            WHERE a.id = v_account.id;
        END IF;
    END LOOP;
    IF cardinality(v_currencies) <> 2 OR v_currencies[1] <> v_currencies[2] THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'currency_mismatch', MESSAGE = 'Both accounts of a transfer have one currency.';
    END IF;

    INSERT INTO ledger.transfers AS t (debit_account, credit_account, amount, currency, kind, order_id, payment_id, refund_id, actor_id)
    VALUES (post_transfer.debit, post_transfer.credit, post_transfer.amount, v_currencies[1], post_transfer.kind,
            post_transfer.order_id, post_transfer.payment_id, post_transfer.refund_id, identity.current_actor())
    RETURNING t.id INTO v_id;
    RETURN v_id;
END $$;

GRANT EXECUTE ON FUNCTION ledger.post_transfer TO store_api;
