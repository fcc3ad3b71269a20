-- The calling merchant's payouts, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_payouts(
    status api.payout_status DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.payout_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_payout_page(
        payments.find_payouts(v_actor, 'earnings', list_payouts.status,
                              messaging.cursor_before(list_payouts.cursor), list_payouts."limit" + 1),
        list_payouts."limit");
END $$;

COMMENT ON FUNCTION api.list_payouts IS
'List your payouts

Newest first.';

GRANT EXECUTE ON FUNCTION api.list_payouts TO app_merchant;
