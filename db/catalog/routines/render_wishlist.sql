-- Wish list items as a client reads them, newest first, each with its product as it is now. Not an endpoint.
-- Callers:   api.add_wishlist_item, api.list_wishlist_items.
CREATE FUNCTION api.render_wishlist(items catalog.wishlist_items[], currency text)
RETURNS api.wishlist_item[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_products CONSTANT api.product[] := api.render_products(
        ARRAY(SELECT p.id FROM catalog.products AS p
              WHERE p.id = ANY (ARRAY(SELECT i.product_id FROM unnest(items) AS i)) AND p.deleted_at IS NULL),
        render_wishlist.currency);
BEGIN
    RETURN ARRAY(
        SELECT ROW(i.id, i.product_id, (SELECT p FROM unnest(v_products) AS p WHERE p.id = i.product_id),
                   i.created_at)::api.wishlist_item
        FROM unnest(items) AS i ORDER BY i.id DESC
    );
END $$;
