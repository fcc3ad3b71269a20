-- What an owner has of a kind (wallet, credit, earnings), a line for each currency. Whose it is, the caller has
-- checked. Not an endpoint.
CREATE FUNCTION api.render_balances(owner_id uuid, kind text)
RETURNS api.balance[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(array_agg(ROW(b.currency, b.balance, b.held, b.available)::api.balance ORDER BY b.currency), '{}')
    FROM ledger.read_balances(render_balances.owner_id, render_balances.kind) AS b;
END;
