-- Marks an order as shipped: booked parcels are in transit now, and all pieces that are in no parcel are shipped in
-- one.
-- Locks:  the order, its lines, its shipments.
-- Errors: own_account_refused 403; order_not_found 404, order_transition_refused 409 (it is not paid), order_on_hold,
--         shipment_not_booked, nothing_to_ship 409, shipped_above_owed 409 (a parcel that waits contains pieces that
--         were refunded).
CREATE FUNCTION api.ship_order(order_id uuid)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
BEGIN
    v_order := fulfilment.lock_order(ship_order.order_id);
    PERFORM identity.refuse_own_account(v_order.account_id);
    IF v_order.status NOT IN ('paid', 'shipped', 'delivered') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_transition_refused',
            MESSAGE = format('An order that is %s cannot become shipped.', v_order.status);
    END IF;
    PERFORM fulfilment.require_released(v_order.id);
    IF EXISTS (SELECT FROM fulfilment.shipments AS s WHERE s.order_id = v_order.id AND s.status = 'pending') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipment_not_booked',
            MESSAGE = 'A carrier is booking a parcel of this order.',
            HINT = 'Wait until it is booked, or cancel that shipment.';
    ELSIF EXISTS (
        SELECT FROM fulfilment.shipments AS s
        JOIN fulfilment.shipment_items AS p ON p.shipment_id = s.id
        JOIN sales.order_items AS i ON i.id = p.order_item_id
        WHERE s.order_id = v_order.id AND s.status = 'label_created'
          AND (i.amount_refunded > 0 AND i.amount_refunded = i.total
               OR i.quantity_shipped + greatest(i.quantity_withdrawn, i.quantity_refunded - i.quantity_came_back)
                  > i.quantity))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipped_above_owed',
            MESSAGE = 'A parcel of this order contains pieces that were refunded.',
            HINT = 'Cancel that shipment, then ship what is still owed.';
    END IF;
    -- The remaining pieces first, so that the order becomes shipped only once.
    IF EXISTS (SELECT FROM sales.order_items AS i
               WHERE i.order_id = v_order.id AND sales.owed_pieces(v_order, i) > 0) THEN
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

All that is owed and has not left yet, in one parcel: refunded pieces are not owed. For parts, carriers and tracking,
make shipments.';

GRANT EXECUTE ON FUNCTION api.ship_order TO app_support;
