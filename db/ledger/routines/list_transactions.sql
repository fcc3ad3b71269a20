-- One owner's transfers of a kind of account (wallet, credit), newest first. An amount is signed as the account sees
-- it; a held amount shows when it is posted.
-- Called by: api.list_wallet_transactions, list_credit_transactions, list_own_credit_transactions.
-- Definer:   a policy over two accounts a row would read every transfer; whose they are, the caller has checked.
CREATE OR REPLACE FUNCTION ledger.list_transactions(owner_id uuid, account_kind text, before uuid, "limit" integer)
RETURNS TABLE (
    id uuid, kind text, amount bigint, currency text, balance_before bigint, balance_after bigint, order_id uuid,
    reason text, metadata jsonb, actor_id uuid, created_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT f.id, f.kind, f.amount, f.currency::text, f.after - f.amount, f.after, f.order_id, f.reason,
           f.metadata, f.actor_id, f.created_at
    FROM ledger.accounts AS a
    CROSS JOIN LATERAL (
        (SELECT t.id, t.kind, t.amount, t.currency, t.credit_balance AS after, t.order_id, t.reason,
                t.metadata, t.actor_id, t.created_at
         FROM ledger.transfers AS t
         WHERE t.credit_account = a.id AND t.id < list_transactions.before AND t.phase IN ('posted', 'post')
         ORDER BY t.id DESC LIMIT list_transactions."limit")
        UNION ALL
        (SELECT t.id, t.kind, -t.amount, t.currency, t.debit_balance, t.order_id, t.reason, t.metadata,
                t.actor_id, t.created_at
         FROM ledger.transfers AS t
         WHERE t.debit_account = a.id AND t.id < list_transactions.before AND t.phase IN ('posted', 'post')
         ORDER BY t.id DESC LIMIT list_transactions."limit")
    ) AS f
    WHERE a.owner_id = list_transactions.owner_id AND a.kind = list_transactions.account_kind
    ORDER BY f.id DESC
    LIMIT list_transactions."limit";
END;

GRANT EXECUTE ON FUNCTION ledger.list_transactions TO store_api;
