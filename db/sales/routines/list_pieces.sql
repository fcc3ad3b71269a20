-- The pieces that an order takes out of stock, by product in lock order: its lines, the components of its bundles, and
-- how many of them have come back. Without SET, so that it can be inlined into the calling query.
-- Callers:   settle_order, cancel_order, reserve_again, api.expire_orders.
CREATE OR REPLACE FUNCTION sales.list_pieces(order_id uuid)
RETURNS TABLE (product_id uuid, quantity bigint, returned bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p.product_id, sum(p.quantity)::bigint, sum(p.returned)::bigint
    FROM (
        SELECT i.product_id, i.quantity, i.quantity_returned AS returned FROM sales.order_items AS i
        WHERE i.order_id = list_pieces.order_id AND NOT i.bundle
        UNION ALL
        SELECT c.product_id, c.pieces, c.pieces_returned
        FROM sales.order_items AS i JOIN sales.order_item_components AS c ON c.order_item_id = i.id
        WHERE i.order_id = list_pieces.order_id AND i.bundle
    ) AS p
    GROUP BY p.product_id ORDER BY p.product_id;
END;

GRANT EXECUTE ON FUNCTION sales.list_pieces TO store_api;
