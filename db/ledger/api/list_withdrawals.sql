-- The caller's withdrawals, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_withdrawals(
    status api.payout_status DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.payout_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_payout_page(
        payments.find_payouts(v_actor, 'wallet', list_withdrawals.status,
                              messaging.cursor_before(list_withdrawals.cursor), list_withdrawals."limit" + 1),
        list_withdrawals."limit");
END $$;

COMMENT ON FUNCTION api.list_withdrawals IS
'List your withdrawals

Newest first.';

GRANT EXECUTE ON FUNCTION api.list_withdrawals TO app_customer;
