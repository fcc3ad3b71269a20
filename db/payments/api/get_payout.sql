-- One withdrawal or payout: customers and merchants see their own, staff see any.
-- Errors: payout_not_found 404.
CREATE FUNCTION api.get_payout(payout_id uuid)
RETURNS api.payout
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_payout payments.payouts;
BEGIN
    SELECT * INTO v_payout FROM payments.payouts AS p WHERE p.id = get_payout.payout_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payout_not_found', MESSAGE = 'There is no such payout.';
    END IF;
    RETURN api.render_payout(v_payout);
END $$;

COMMENT ON FUNCTION api.get_payout IS
'A withdrawal or payout

`provider_reference` shows at most its last four characters.';

GRANT EXECUTE ON FUNCTION api.get_payout TO app_customer;
