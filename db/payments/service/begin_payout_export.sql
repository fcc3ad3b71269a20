-- Records that the transfers to make are exported, before they are: export_payouts reads only, and cannot.
-- Callers:   the web tier.
-- Locks:     none: it only inserts.
CREATE FUNCTION api.begin_payout_export(format api.payout_format DEFAULT 'csv')
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM audit.record_security_event('payouts_exported', v_actor,
                                        jsonb_build_object('name', begin_payout_export.format));
END $$;

COMMENT ON FUNCTION api.begin_payout_export IS
'Begin an export of the transfers to make

For the web tier: the security event.';

GRANT EXECUTE ON FUNCTION api.begin_payout_export TO app_admin;
