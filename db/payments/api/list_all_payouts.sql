-- All withdrawals and payouts, newest first, for the staff who send the money.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_all_payouts(
    status api.payout_status DEFAULT NULL, source api.payout_source DEFAULT NULL, account uuid DEFAULT NULL,
    "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.payout_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_payout_page(
        payments.find_payouts(list_all_payouts.account, list_all_payouts.source, list_all_payouts.status,
                              messaging.cursor_before(list_all_payouts.cursor), list_all_payouts."limit" + 1),
        list_all_payouts."limit");
END $$;

COMMENT ON FUNCTION api.list_all_payouts IS
'List all payouts

Newest first; `status=pending` lists those that wait to be sent.';

GRANT EXECUTE ON FUNCTION api.list_all_payouts TO app_support;
