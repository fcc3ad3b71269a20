-- The transfers of one owner's account of a kind (wallet, credit, earnings), newest first. The sign of an amount is
-- that of this account. A held amount appears when it is posted.
-- Callers:   api.render_transaction_page.
-- Definer:   under a policy that looks at two accounts per row, every transfer would be read. The caller has checked
--            the owner.
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
