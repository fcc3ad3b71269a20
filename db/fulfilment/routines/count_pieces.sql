-- Counts a shipment's pieces on their lines (direction 1), or undoes that because the parcel never left or was returned
-- to the shop (-1).
-- Callers:   make_shipment, complete_booking, move_shipment.
-- Locks:     the order's lines. The caller holds the order.
-- Errors:    shipped_above_owed, returned_above_shipped 409.
CREATE OR REPLACE FUNCTION fulfilment.count_pieces(shipment_id uuid, direction integer)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fulfilment.count_line(s.order_item_id, shipped => count_pieces.direction * s.quantity)
    FROM fulfilment.shipment_items AS s WHERE s.shipment_id = count_pieces.shipment_id;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.count_pieces TO store_api;
