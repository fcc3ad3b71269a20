-- The balances of the caller's wallet, by currency.
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

For each currency: all of the money (`balance`), the part held for withdrawals under way (`held`) and the rest
(`available`). No money can leave a wallet while customer service has locked it. What a gateway has just paid in can be
spent and not withdrawn yet.';

GRANT EXECUTE ON FUNCTION api.get_wallet TO app_customer;
