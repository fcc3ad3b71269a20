-- A customer's credit by currency, for customer service.
-- Errors: account_not_found 404.
CREATE FUNCTION api.get_credit(account_id uuid)
RETURNS api.credit
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM ledger.require_account(get_credit.account_id);
    RETURN ROW(get_credit.account_id, api.render_balances(get_credit.account_id, 'credit'))::api.credit;
END $$;

COMMENT ON FUNCTION api.get_credit IS
'A customer''s credit

One balance per currency.';

GRANT EXECUTE ON FUNCTION api.get_credit TO app_support;
