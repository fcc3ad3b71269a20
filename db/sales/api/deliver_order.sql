-- Marks an order, and all of its parcels in transit, as delivered.
-- Locks:  the order, its shipments.
-- Errors: own_account_refused 403; order_not_found 404, order_transition_refused 409 (it is not shipped).
CREATE FUNCTION api.deliver_order(order_id uuid)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
BEGIN
    v_order := fulfilment.lock_order(deliver_order.order_id);
    PERFORM identity.refuse_own_account(v_order.account_id);
    IF v_order.status NOT IN ('shipped', 'delivered') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_transition_refused',
            MESSAGE = format('An order that is %s cannot become delivered.', v_order.status);
    END IF;
    PERFORM fulfilment.move_shipment(s.id, 'delivered')
    FROM fulfilment.shipments AS s WHERE s.order_id = v_order.id AND s.status = 'in_transit';
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = v_order.id;
    IF v_order.status = 'shipped' THEN
        -- A parcel was lost or returned to the shop, but staff mark the order as delivered nevertheless.
        UPDATE sales.orders AS o
        SET status = 'delivered', version = o.version + 1
        WHERE o.id = v_order.id
        RETURNING o.* INTO STRICT v_order;
        PERFORM ledger.release_earnings(v_order.id);
        PERFORM messaging.record_event('order.delivered', v_order.id, v_order.account_id, sales.order_data(v_order));
    END IF;
    RETURN api.render_order(v_order);
END $$;

COMMENT ON FUNCTION api.deliver_order IS
'Mark an order as delivered

All of its parcels.';

GRANT EXECUTE ON FUNCTION api.deliver_order TO app_support;
