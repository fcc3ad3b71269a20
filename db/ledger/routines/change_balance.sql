-- Adds the amount of a transfer to an account that keeps a balance. Returns the new balance if it is stored on the
-- account's row. post_transfer has its own list of kinds with a balance, to skip the others early; check_invariants
-- finds a kind that is missing from either list.
-- Callers:   post_transfer, hold_amount, post_hold, void_hold. (post_earnings updates the parts of all merchants of an
--            order in one statement.)
-- Locks:     the account, or one of its parts.
-- Errors:    insufficient_funds 409 (the account's constraint).
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
            -- The part depends on the connection, so concurrent sales of one merchant rarely wait for each other.
            INSERT INTO ledger.balance_parts AS p (account_id, part, balance)
            VALUES (change_balance.account_id, pg_backend_pid() % 16, change_balance.change)
            ON CONFLICT ON CONSTRAINT balance_parts_pkey DO UPDATE SET balance = p.balance + excluded.balance;
        END IF;
    END IF;
    RETURN v_balance;
END $$;
