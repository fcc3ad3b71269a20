-- Restocks pieces of an order that never left and are in no parcel that is about to; they no longer have to be shipped.
-- Pieces that were refunded without going into stock stay out of it, and so do lost ones. With lines, no more than the
-- given number of each; without, all.
-- Callers:   api.create_refund.
-- Locks:     the order's lines, stock rows in product order. The caller holds the order.
CREATE OR REPLACE FUNCTION fulfilment.restock_rest(
    order_id uuid, order_item_ids uuid[] DEFAULT NULL, quantities integer[] DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_ids        uuid[];
    v_quantities integer[];
BEGIN
    SELECT array_agg(l.id ORDER BY l.id), array_agg(l.pieces ORDER BY l.id)
    INTO STRICT v_ids, v_quantities
    FROM (
        SELECT i.id, least(g.quantity,
                           i.quantity - i.quantity_shipped - i.quantity_withdrawn
                           - greatest(0, i.quantity_refunded - i.quantity_withdrawn - i.quantity_came_back)
                           - (SELECT coalesce(sum(p.quantity), 0)::integer
                              FROM fulfilment.shipment_items AS p JOIN fulfilment.shipments AS s ON s.id = p.shipment_id
                              WHERE p.order_item_id = i.id
                                AND s.status = 'failed' AND s.shipped_at IS NOT NULL)) AS pieces
        FROM sales.order_items AS i
        LEFT JOIN unnest(restock_rest.order_item_ids, restock_rest.quantities) AS g (id, quantity) ON g.id = i.id
        WHERE i.order_id = restock_rest.order_id AND i.requires_shipping
          AND (restock_rest.order_item_ids IS NULL OR g.id IS NOT NULL)
    ) AS l
    WHERE l.pieces > 0;
    IF v_ids IS NOT NULL THEN
        PERFORM fulfilment.withdraw_pieces(restock_rest.order_id, v_ids, v_quantities);
        PERFORM payments.restock_order(restock_rest.order_id, v_ids, v_quantities);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.restock_rest TO store_api;
