-- Adds a product to the caller's wish list. A product that is on it already keeps its place.
-- Locks:  an advisory lock of the account, so that concurrent requests are counted.
-- Errors: product_not_found 404, wishlist_full 409.
CREATE FUNCTION api.add_wishlist_item(product_id uuid)
RETURNS api.wishlist_item
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_item  catalog.wishlist_items;
BEGIN
    IF NOT EXISTS (SELECT FROM catalog.products AS p
                   WHERE p.id = add_wishlist_item.product_id AND p.deleted_at IS NULL
                     AND p.kind IN ('product', 'parent')) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found',
            MESSAGE = 'There is no such product.';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('catalog.wishlist_items ' || v_actor, 0));
    IF (SELECT count(*) >= 1000 AND count(*) FILTER (WHERE i.product_id = add_wishlist_item.product_id) = 0
        FROM catalog.wishlist_items AS i WHERE i.account_id = v_actor) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'wishlist_full',
            MESSAGE = 'A wish list can have at most 1,000 products.',
            HINT = 'Remove a product first.';
    END IF;
    INSERT INTO catalog.wishlist_items (account_id, product_id) VALUES (v_actor, add_wishlist_item.product_id)
    ON CONFLICT ON CONSTRAINT wishlist_item_twice DO NOTHING;
    SELECT * INTO STRICT v_item
    FROM catalog.wishlist_items AS i
    WHERE i.account_id = v_actor AND i.product_id = add_wishlist_item.product_id;
    RETURN (api.render_wishlist(ARRAY[v_item], NULL))[1];
END $$;

COMMENT ON FUNCTION api.add_wishlist_item IS
'Put a product on your wish list

A product that is on it already keeps its place.';

GRANT EXECUTE ON FUNCTION api.add_wishlist_item TO app_customer;
