-- What the caller's wallet holds, by currency.
CREATE FUNCTION api.get_wallet()
RETURNS api.wallet
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN ROW(api.render_balances(v_actor, 'wallet'),
               EXISTS (SELECT FROM ledger.wallet_locks AS l WHERE l.account_id = v_actor))::api.wallet;
END $$;

COMMENT ON FUNCTION api.get_wallet IS
'Your wallet

For each currency: what is there (`balance`), what is spoken for (`held`, a withdrawal that is under way) and what is
free (`available`). Customer service can lock a wallet; nothing leaves it then.';

GRANT EXECUTE ON FUNCTION api.get_wallet TO app_customer;
