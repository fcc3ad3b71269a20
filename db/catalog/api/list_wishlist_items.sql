-- The caller's wish list, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_wishlist_items(
    currency api.currency DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.wishlist_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_wishlist_items.cursor);
    v_items  CONSTANT catalog.wishlist_items[] := ARRAY(
        SELECT i FROM catalog.wishlist_items AS i WHERE i.account_id = v_actor AND i.id < v_before
        ORDER BY i.id DESC LIMIT list_wishlist_items."limit" + 1);
BEGIN
    RETURN ROW(api.render_wishlist(v_items[1:list_wishlist_items."limit"], list_wishlist_items.currency),
               CASE WHEN cardinality(v_items) > list_wishlist_items."limit"
                    THEN messaging.encode_cursor(
                        jsonb_build_object('id', (v_items[list_wishlist_items."limit"]).id)
                    ) END)::api.wishlist_page;
END $$;

COMMENT ON FUNCTION api.list_wishlist_items IS
'Your wish list

Newest first, each with its product as it is now; `product` is null if it is no longer sold.';

GRANT EXECUTE ON FUNCTION api.list_wishlist_items TO app_customer;
