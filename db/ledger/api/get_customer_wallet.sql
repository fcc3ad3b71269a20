-- A customer's wallet, for customer service.
-- Errors: account_not_found 404.
CREATE FUNCTION api.get_customer_wallet(account_id uuid)
RETURNS api.customer_wallet
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM ledger.require_account(get_customer_wallet.account_id);
    RETURN api.render_customer_wallet(get_customer_wallet.account_id);
END $$;

COMMENT ON FUNCTION api.get_customer_wallet IS
'A customer''s wallet

If it is locked: by whom, and why.';

GRANT EXECUTE ON FUNCTION api.get_customer_wallet TO app_support;
