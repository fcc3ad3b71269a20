-- All returns of the shop, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_all_returns(
    status api.return_status DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.order_return_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_return_page(
        fulfilment.find_returns(NULL, list_all_returns.status, messaging.cursor_before(list_all_returns.cursor),
                                list_all_returns."limit" + 1),
        list_all_returns."limit");
END $$;

COMMENT ON FUNCTION api.list_all_returns IS
'The shop''s returns

Newest first, optionally of one `status`: `requested` ones wait for a decision, `approved` ones for their parcel.';

GRANT EXECUTE ON FUNCTION api.list_all_returns TO app_support;
