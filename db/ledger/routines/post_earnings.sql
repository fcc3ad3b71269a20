-- Books the earnings of each merchant of a paid order, and the shop's commission, out of its sales. It does what
-- post_transfer does for one transfer, in one statement for all, because this is the most expensive part of a callback.
-- Shares of zero are not booked.
-- Callers:   sales.share_earnings.
-- Locks:     a part of each merchant's balance, by account id.
-- Errors:    share_booked_twice 409.
-- Definer:   no other code may write to the ledger.
-- Plans:     generic, because PostgreSQL would otherwise plan statements that read arrays at each call.
CREATE OR REPLACE FUNCTION ledger.post_earnings(
    order_id uuid, currency text, merchant_ids uuid[], earnings bigint[], commission bigint
)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog,
pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_sales      CONSTANT uuid := ledger.open_account('sales', post_earnings.currency);
    v_accounts   uuid[];
    v_amounts    bigint[];
    v_commission uuid;
BEGIN
    SELECT array_agg(e.account_id ORDER BY e.account_id),
           array_agg(e.amount ORDER BY e.account_id) INTO STRICT v_accounts, v_amounts
    FROM (
        SELECT coalesce((SELECT a.id FROM ledger.accounts AS a
                         WHERE a.owner_id = m.id
                           AND a.kind = 'earnings'
                           AND a.currency = post_earnings.currency
                           AND a.provider IS NULL),
                        ledger.open_account('earnings', post_earnings.currency, owner_id => m.id)) AS account_id,
               m.amount
        FROM unnest(post_earnings.merchant_ids, post_earnings.earnings) AS m (id, amount)
        WHERE m.amount > 0
    ) AS e;
    -- The part depends on the connection, as in change_balance. In the same statement, because a second one costs more
    -- than its row: none of it is available before the order is delivered (release_earnings).
    WITH pending AS (
        INSERT INTO ledger.order_earnings (order_id, account_id, amount)
        SELECT post_earnings.order_id, e.account_id, e.amount
        FROM unnest(v_accounts, v_amounts) AS e (account_id, amount)
    )
    INSERT INTO ledger.balance_parts AS p (account_id, part, balance)
    SELECT e.account_id, pg_backend_pid() % 16, e.amount FROM unnest(v_accounts, v_amounts) AS e (account_id, amount)
    ON CONFLICT ON CONSTRAINT balance_parts_pkey DO UPDATE SET balance = p.balance + excluded.balance;

    IF post_earnings.commission > 0 THEN
        v_commission := ledger.open_account('commission', post_earnings.currency);
        v_accounts := v_accounts || v_commission;
        v_amounts := v_amounts || post_earnings.commission;
    END IF;
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, currency, kind, order_id, actor_id)
    SELECT v_sales, e.account_id, e.amount, post_earnings.currency,
           CASE e.account_id WHEN v_commission THEN 'commission' ELSE 'earnings' END,
           post_earnings.order_id, identity.current_actor()
    FROM unnest(v_accounts, v_amounts) AS e (account_id, amount);
END $$;

GRANT EXECUTE ON FUNCTION ledger.post_earnings TO store_api;
