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
    v_rows  api.wishlist_item[] :=
        api.render_wishlist(v_items[1:list_wishlist_items."limit"], list_wishlist_items.currency);
    v_shown integer := list_wishlist_items."limit";
BEGIN
    IF pg_column_size(v_rows) > 1048576 THEN
        v_shown := messaging.fit_page(ARRAY(SELECT pg_column_size(r) FROM unnest(v_rows) AS r));
    END IF;
    RETURN ROW(v_rows[1:v_shown],
               CASE WHEN cardinality(v_items) > v_shown
                    THEN messaging.encode_cursor(jsonb_build_object('id', (v_items[v_shown]).id))
               END)::api.wishlist_page;
END $$;

COMMENT ON FUNCTION api.list_wishlist_items IS
'Your wish list

Newest first, each with its product as it is now; `product` is null if it is no longer sold.';

GRANT EXECUTE ON FUNCTION api.list_wishlist_items TO app_customer;
