-- The balances of an owner's accounts of a kind (wallet, credit, earnings), by currency: in total, held, and available.
-- Callers:   lock_wallet, identity.close_account, api.render_balances, api.begin_deposit,
--            read_earnings, payments.request_payout.
-- Definer:   the parts of a balance have no policy.
CREATE OR REPLACE FUNCTION ledger.read_balances(owner_id uuid, kind text)
RETURNS TABLE (account_id uuid, currency text, balance bigint, held bigint, available bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT a.id, a.currency::text, b.balance, a.held, b.balance - a.held
    FROM ledger.accounts AS a
    CROSS JOIN LATERAL (
        SELECT coalesce(
            a.balance, (SELECT sum(p.balance)::bigint FROM ledger.balance_parts AS p WHERE p.account_id = a.id), 0
        ) AS balance
    ) AS b
    WHERE a.owner_id = read_balances.owner_id AND a.kind = read_balances.kind
    ORDER BY a.currency;
END;

GRANT EXECUTE ON FUNCTION ledger.read_balances TO store_api;
