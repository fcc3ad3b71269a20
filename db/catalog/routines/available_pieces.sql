-- How many of a product, or of a bundle, can be sold now. The scarcest component of a bundle is the limit. A
-- merchant who is suspended sells none.
-- Callers:   require_stock, render_cart, render_bundle.
CREATE OR REPLACE FUNCTION catalog.available_pieces(product_id uuid, bundle boolean)
RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF catalog.is_stopped((SELECT p.merchant_id FROM catalog.products AS p WHERE p.id = available_pieces.product_id))
    THEN
        RETURN 0;
    END IF;
    IF available_pieces.bundle THEN
        RETURN coalesce((
            SELECT min(CASE WHEN p.deleted_at IS NULL AND NOT catalog.is_stopped(p.merchant_id)
                            THEN (s.on_hand - s.reserved) / i.quantity ELSE 0 END)
            FROM catalog.bundle_items AS i
            JOIN catalog.products AS p ON p.id = i.product_id
            JOIN catalog.stock_levels AS s ON s.product_id = i.product_id
            WHERE i.bundle_id = available_pieces.product_id), 0);
    END IF;
    RETURN coalesce(
        (SELECT s.on_hand - s.reserved FROM catalog.stock_levels AS s WHERE s.product_id = available_pieces.product_id),
        0
    );
END $$;

GRANT EXECUTE ON FUNCTION catalog.available_pieces TO store_api;
