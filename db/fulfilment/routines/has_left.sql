-- Whether any piece of an order has left the shop: on its way, delivered, or lost. Correct only while the caller holds
-- the order.
-- Callers:   cancel_shipments, api.create_refund.
CREATE OR REPLACE FUNCTION fulfilment.has_left(order_id uuid)
RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM fulfilment.shipments AS s
        WHERE s.order_id = has_left.order_id AND s.shipped_at IS NOT NULL AND s.status <> 'returned');
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.has_left TO store_api;
