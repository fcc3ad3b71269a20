-- Locks an account and returns its available amount, so that this transaction can hold or take it.
-- Callers:   lock_wallet, post_credit, payments.request_payout, freeze_shares, take_dispute, identity.close_account,
--            api.begin_deposit.
-- Locks:     the account, and all parts of its balance in order.
-- Definer:   the parts of a balance have no policy.
CREATE OR REPLACE FUNCTION ledger.lock_available(account_id uuid)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account ledger.accounts;
    v_parts   bigint;
BEGIN
    SELECT * INTO STRICT v_account FROM ledger.accounts AS a WHERE a.id = lock_available.account_id FOR NO KEY UPDATE;
    SELECT sum(p.balance)::bigint INTO v_parts
    FROM (SELECT b.balance
          FROM ledger.balance_parts AS b
          WHERE b.account_id = v_account.id
          ORDER BY b.part
          FOR NO KEY UPDATE) AS p;
    RETURN coalesce(v_account.balance, v_parts, 0) - v_account.held;
END $$;

GRANT EXECUTE ON FUNCTION ledger.lock_available TO store_api;
