-- Changes the counts of where the pieces of an order's line are. The line's constraints decide which concurrent changes
-- are allowed.
-- Callers:   count_pieces, withdraw_pieces, request_return, decide_return, receive_return.
-- Locks:     the line. The caller holds the order.
-- Errors:    shipped_above_owed, returned_above_shipped, pieces_await_their_return 409.
-- Definer:   no other code may change these counts.
CREATE OR REPLACE FUNCTION fulfilment.count_line(
    order_item_id uuid, shipped integer DEFAULT 0, withdrawn integer DEFAULT 0, announced integer DEFAULT 0,
    came_back integer DEFAULT 0
)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE sales.order_items AS i
    SET quantity_shipped = i.quantity_shipped + count_line.shipped,
        quantity_withdrawn = i.quantity_withdrawn + count_line.withdrawn,
        quantity_returning = i.quantity_returning + count_line.announced,
        quantity_came_back = i.quantity_came_back + count_line.came_back
    WHERE i.id = count_line.order_item_id;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.count_line TO store_api;
