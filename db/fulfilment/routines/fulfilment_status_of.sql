-- Where the goods of an order are, from its lines and parcels. not_needed: nothing has to be sent, or nothing any more,
-- because no line requires shipping, the order was cancelled, or all of it was refunded before anything left. So
-- unfulfilled and partly_shipped are what is to be packed. An order that a person marked as delivered is delivered,
-- even if a parcel was lost.
-- Callers:   advance_order; migration 0039.
CREATE OR REPLACE FUNCTION fulfilment.fulfilment_status_of(o sales.orders)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_lines   record;
    v_parcels record;
    v_open    boolean;
BEGIN
    SELECT count(*) AS count, coalesce(sum(sales.owed_pieces(o, i)), 0) AS owed,
           coalesce(sum(i.quantity_shipped), 0) AS shipped, coalesce(sum(i.quantity_came_back), 0) AS came_back
    INTO STRICT v_lines
    FROM sales.order_items AS i WHERE i.order_id = o.id AND i.requires_shipping;
    IF o.status = 'cancelled' OR v_lines.count = 0 THEN
        RETURN 'not_needed';
    ELSIF o.status = 'pending' THEN
        RETURN 'unfulfilled';
    END IF;
    SELECT count(*) FILTER (WHERE s.status IN ('pending', 'label_created')) AS here,
           count(*) FILTER (WHERE s.status = 'in_transit') AS under_way,
           count(*) FILTER (WHERE s.status IN ('in_transit', 'delivered')) AS out,
           count(*) FILTER (WHERE s.status = 'returned') AS returned
    INTO STRICT v_parcels
    FROM fulfilment.shipments AS s WHERE s.order_id = o.id;
    v_open := v_lines.owed > 0 OR v_parcels.here > 0;
    RETURN CASE
        WHEN NOT v_open AND v_parcels.out > 0 AND v_lines.came_back >= v_lines.shipped THEN 'returned'
        WHEN o.status = 'delivered' THEN 'delivered'
        WHEN v_open AND v_parcels.out > 0 THEN 'partly_shipped'
        WHEN v_open THEN 'unfulfilled'
        WHEN v_parcels.under_way > 0 THEN 'shipped'
        WHEN v_parcels.out > 0 THEN 'delivered'
        WHEN v_parcels.returned > 0 THEN 'returned'
        ELSE 'not_needed'
    END;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.fulfilment_status_of TO store_api;
