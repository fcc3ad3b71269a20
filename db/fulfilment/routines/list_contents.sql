-- The pieces in a shipment. A shipment that waits for its payment contains the order's pieces that require shipping.
-- Callers:   api.render_shipment, api.get_shipment_for_carrier.
CREATE OR REPLACE FUNCTION fulfilment.list_contents(shipment fulfilment.shipments)
RETURNS TABLE (order_item_id uuid, quantity integer)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF shipment.payment_id IS NOT NULL AND shipment.status = 'pending' THEN
        RETURN QUERY
            SELECT i.id, i.quantity
            FROM sales.order_items AS i WHERE i.order_id = shipment.order_id AND i.requires_shipping;
    ELSE
        RETURN QUERY
            SELECT i.order_item_id, i.quantity FROM fulfilment.shipment_items AS i WHERE i.shipment_id = shipment.id;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.list_contents TO store_api;
