-- The limits of each currency: those that were set, or the defaults.
CREATE FUNCTION api.list_limits()
RETURNS api.currency_limits_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN ROW(
        ARRAY(SELECT api.render_limits(ledger.limits_of(c.code)) FROM catalog.currencies AS c ORDER BY c.code), NULL
    )::api.currency_limits_page;
END $$;

COMMENT ON FUNCTION api.list_limits IS
'The limits of each currency

The smallest and largest deposit, the largest balance of a wallet, the smallest withdrawal, and the amount above which a
change of credit needs a second person. All currencies are on one page.';

GRANT EXECUTE ON FUNCTION api.list_limits TO app_support;
