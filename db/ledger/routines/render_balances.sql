-- An owner's balances of a kind (wallet, credit), one per currency. The caller has checked the owner. Not an
-- endpoint.
-- Callers:   api.get_credit, api.get_own_credit, api.get_wallet, api.render_customer_wallet.
CREATE FUNCTION api.render_balances(owner_id uuid, kind text)
RETURNS api.currency_balance[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(array_agg(ROW(b.currency, b.balance, b.held, b.available)::api.currency_balance
                              ORDER BY b.currency), '{}')
    FROM ledger.read_balances(render_balances.owner_id, render_balances.kind) AS b;
END;
