-- Ships pieces of a paid order: a carrier with an interface is asked from the queue; otherwise the pieces have already
-- left. Without lines, all pieces that are owed.
-- Callers:   api.create_shipment, api.ship_order.
-- Locks:     the order's lines. The caller holds the order.
-- Errors:    order_not_shippable, order_on_hold, nothing_to_ship, shipped_above_owed, shipping_address_missing 409;
--            order_item_not_found 404; line_twice_in_shipment 422.
CREATE OR REPLACE FUNCTION fulfilment.make_shipment(
    order_id uuid, order_item_ids uuid[] DEFAULT NULL, quantities integer[] DEFAULT NULL, carrier text DEFAULT NULL,
    tracking_number text DEFAULT NULL, tracking_url text DEFAULT NULL
)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_asks     CONSTANT boolean :=
        make_shipment.tracking_number IS NULL AND fulfilment.can_be_asked(make_shipment.carrier);
    v_order    sales.orders;
    v_shipment fulfilment.shipments;
    v_line     record;
    v_count    integer := 0;
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = make_shipment.order_id;
    IF v_order.status NOT IN ('paid', 'shipped', 'delivered') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_shippable',
            MESSAGE = format('This order is %s, so it cannot be shipped.', v_order.status),
            HINT = 'Only a paid order can be shipped.';
    END IF;
    PERFORM fulfilment.require_released(v_order.id);
    IF v_asks AND v_order.shipping_address IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipping_address_missing',
            MESSAGE = 'This order has no shipping address.';
    ELSIF (SELECT count(DISTINCT i)
           FROM unnest(make_shipment.order_item_ids) AS i) < cardinality(make_shipment.order_item_ids) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'line_twice_in_shipment',
            MESSAGE = 'This shipment contains a line twice.';
    END IF;

    INSERT INTO fulfilment.shipments AS s
        (order_id, account_id, carrier, asks_carrier, tracking_number, tracking_url, address, book_until, requested_by)
    SELECT v_order.id, v_order.account_id, make_shipment.carrier, v_asks, make_shipment.tracking_number,
           make_shipment.tracking_url, v_order.shipping_address,
           CASE WHEN v_asks THEN now() + c.booking_time_to_live END, identity.current_actor()
    FROM sales.settings AS c
    RETURNING s.* INTO STRICT v_shipment;
    FOR v_line IN
        SELECT g.id AS wanted_id, coalesce(g.quantity, i.owed) AS wanted, i.owed, i.id
        FROM (SELECT l.id, sales.owed_pieces(v_order, l) AS owed
              FROM sales.order_items AS l WHERE l.order_id = v_order.id) AS i
        FULL JOIN unnest(make_shipment.order_item_ids, make_shipment.quantities) AS g (id, quantity) ON g.id = i.id
        WHERE make_shipment.order_item_ids IS NULL OR g.id IS NOT NULL
        ORDER BY i.id
    LOOP
        IF v_line.id IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_item_not_found',
                MESSAGE = 'This order has no such line.';
        ELSIF v_line.wanted > v_line.owed THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipped_above_owed',
                MESSAGE = 'Fewer pieces than this are left to be shipped.',
                DETAIL = json_build_object('order_item_id', v_line.id, 'requested', v_line.wanted,
                                           'owed', v_line.owed)::text;
        END IF;
        CONTINUE WHEN v_line.wanted = 0;
        INSERT INTO fulfilment.shipment_items (shipment_id, order_item_id, account_id, quantity)
        VALUES (v_shipment.id, v_line.id, v_order.account_id, v_line.wanted);
        v_count := v_count + v_line.wanted;
    END LOOP;
    IF v_count = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'nothing_to_ship',
            MESSAGE = 'No piece of this order is left to be shipped.';
    END IF;
    PERFORM fulfilment.count_pieces(v_shipment.id, 1);

    PERFORM fulfilment.record_shipment_event(v_shipment, 'created');
    IF v_asks THEN
        PERFORM messaging.enqueue_job('book_shipment', jsonb_build_object('shipment_id', v_shipment.id));
    ELSE
        PERFORM fulfilment.move_shipment(v_shipment.id, 'in_transit');
    END IF;
    RETURN v_shipment.id;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.make_shipment TO store_api;
