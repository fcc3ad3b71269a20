-- A shipment as a client reads it. A shipment that waits for its payment contains the pieces of the order. Not an
-- endpoint.
-- Callers:   api.create_shipment, api.get_shipment, api.list_shipments, api.update_shipment.
CREATE FUNCTION api.render_shipment(shipment fulfilment.shipments)
RETURNS api.shipment
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW(
        shipment.id, shipment.order_id, shipment.status, shipment.carrier, shipment.tracking_number,
        shipment.tracking_url, api.render_postal_address(shipment.address), ARRAY(
            SELECT ROW(i.id, i.sku, i.name, p.quantity)::api.shipment_item
            FROM fulfilment.list_contents(shipment) AS p
            JOIN sales.order_items AS i ON i.id = p.order_item_id
            ORDER BY i.id
        ),
        shipment.failure_code, shipment.shipped_at, shipment.delivered_at, shipment.version, shipment.created_at
    )::api.shipment;
END $$;
