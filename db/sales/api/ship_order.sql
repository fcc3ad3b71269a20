-- Says that an order was shipped: what is in parcels that wait has left, and what is in none left in one parcel.
-- Locks:  the order, its lines, its shipments.
-- Errors: order_not_found 404, order_transition_refused 409 (it is not paid), order_on_hold, shipment_not_booked,
--         nothing_to_ship 409.
CREATE FUNCTION api.ship_order(order_id uuid)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
BEGIN
    v_order := fulfilment.lock_order(ship_order.order_id);
    IF v_order.status NOT IN ('paid', 'shipped', 'delivered') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_transition_refused',
            MESSAGE = format('An order that is %s cannot become shipped.', v_order.status);
    END IF;
    PERFORM fulfilment.require_released(v_order.id);
    IF EXISTS (SELECT FROM fulfilment.shipments AS s WHERE s.order_id = v_order.id AND s.status = 'pending') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipment_not_booked',
            MESSAGE = 'A carrier is being asked for a parcel of this order.',
            HINT = 'Wait for its answer, or cancel that shipment.';
    END IF;
    -- The rest first, so that the order becomes shipped once.
    IF EXISTS (SELECT FROM sales.order_items AS i
               WHERE i.order_id = v_order.id AND i.quantity > i.quantity_shipped + i.quantity_withdrawn) THEN
        PERFORM fulfilment.make_shipment(v_order.id);
    END IF;
    PERFORM fulfilment.move_shipment(s.id, 'in_transit')
    FROM fulfilment.shipments AS s WHERE s.order_id = v_order.id AND s.status = 'label_created';
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = v_order.id;
    IF v_order.status = 'paid' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'nothing_to_ship',
            MESSAGE = 'Nothing of this order is left to be shipped.';
    END IF;
    RETURN api.render_order(v_order);
END $$;

COMMENT ON FUNCTION api.ship_order IS
'Mark an order as shipped

All that has not left yet, in one parcel. For parts, carriers and tracking, make shipments.';

GRANT EXECUTE ON FUNCTION api.ship_order TO app_support;
