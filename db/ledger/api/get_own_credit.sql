-- The caller's credit by currency.
CREATE FUNCTION api.get_own_credit()
RETURNS api.credit
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN ROW(v_actor, api.render_balances(v_actor, 'credit'))::api.credit;
END $$;

COMMENT ON FUNCTION api.get_own_credit IS
'Your credit

One balance per currency: granted by the shop or redeemed from gift cards. Credit pays for orders and cannot be
withdrawn.';

GRANT EXECUTE ON FUNCTION api.get_own_credit TO app_customer;
