-- The accounts whose e-mail address or handle begins with a text, ignoring case; at most 10.
-- Callers:   api.search_shop.
-- Definer:   lower() is not leakproof, so under a policy its index could not be used.
CREATE OR REPLACE FUNCTION report.find_accounts(prefix text)
RETURNS SETOF identity.accounts
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 10
BEGIN ATOMIC
    SELECT a.* FROM identity.accounts AS a
    WHERE lower(a.email) ^@ lower(find_accounts.prefix) OR lower(a.handle) ^@ lower(find_accounts.prefix)
    ORDER BY a.created_at DESC, a.id DESC LIMIT 10;
END;

GRANT EXECUTE ON FUNCTION report.find_accounts TO store_api;
