-- How many pieces of a line have left the shop: those on their way, and those delivered (after a given time).
-- Callers:   withdraw_pieces, request_return.
CREATE OR REPLACE FUNCTION fulfilment.count_out(order_item_id uuid, delivered_after timestamptz DEFAULT '-infinity')
RETURNS integer
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT coalesce(sum(i.quantity), 0)::integer
        FROM fulfilment.shipment_items AS i JOIN fulfilment.shipments AS s ON s.id = i.shipment_id
        WHERE i.order_item_id = count_out.order_item_id
          AND (s.status = 'in_transit' OR s.status = 'delivered' AND s.delivered_at > count_out.delivered_after)
    );
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.count_out TO store_api;
