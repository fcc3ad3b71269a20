-- Adds to an account what a transfer brings or takes, where the account keeps a balance. Answers the new one, where it
-- is on the row.
-- Called by: post_transfer, hold_amount, post_hold, void_hold; nobody else. (post_earnings adds to the parts of all
--            merchants of an order at once.)
-- What keeps a balance stands in post_transfer, too, which does not ask for the rest; check_invariants would find a
-- kind that is only in one of them.
-- Errors:    insufficient_funds 409 (the account's constraint).
-- Locks:     the account, or one of its parts.
CREATE OR REPLACE FUNCTION ledger.change_balance(account_id uuid, change bigint, held_change bigint DEFAULT 0)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_kind    text;
    v_balance bigint;
BEGIN
    SELECT a.kind INTO STRICT v_kind FROM ledger.accounts AS a WHERE a.id = change_balance.account_id;
    IF v_kind IN ('wallet', 'credit') THEN
        UPDATE ledger.accounts AS a
        SET balance = a.balance + change_balance.change, held = a.held + change_balance.held_change
        WHERE a.id = change_balance.account_id
        RETURNING a.balance INTO v_balance;
    ELSIF v_kind = 'earnings' THEN
        IF change_balance.held_change <> 0 THEN
            UPDATE ledger.accounts AS a
            SET held = a.held + change_balance.held_change
            WHERE a.id = change_balance.account_id;
        END IF;
        IF change_balance.change <> 0 THEN
            -- Each connection has its own part, so merchants' sales do not wait for each other.
            INSERT INTO ledger.balance_parts AS p (account_id, part, balance)
            VALUES (change_balance.account_id, pg_backend_pid() % 16, change_balance.change)
            ON CONFLICT ON CONSTRAINT balance_parts_pkey DO UPDATE SET balance = p.balance + excluded.balance;
        END IF;
    END IF;
    RETURN v_balance;
END $$;
