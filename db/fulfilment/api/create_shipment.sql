-- Ships pieces of a paid order. A carrier with an interface books the parcel from the queue; with another carrier, or
-- with a tracking number, the parcel is in transit at once.
-- Locks:  the order, its lines.
-- Errors: own_account_refused 403; order_not_found, order_item_not_found 404; order_not_shippable, order_on_hold,
--         nothing_to_ship, shipped_above_owed, shipping_address_missing 409; line_twice_in_shipment, shipment_empty
--         422.
CREATE FUNCTION api.create_shipment(
    order_id uuid, items api.shipment_lines DEFAULT NULL, carrier api.short_text DEFAULT NULL,
    tracking_number api.tracking_number DEFAULT NULL, tracking_url api.tracking_url DEFAULT NULL
)
RETURNS api.shipment
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
    v_shipment_id uuid;
BEGIN
    v_order := fulfilment.lock_order(create_shipment.order_id);
    PERFORM identity.refuse_own_account(v_order.account_id);
    IF create_shipment.items = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'shipment_empty',
            MESSAGE = 'This shipment has no items.',
            HINT = 'Leave items out to ship everything that is left.';
    END IF;
    v_shipment_id := fulfilment.make_shipment(
        v_order.id,
        CASE WHEN create_shipment.items IS NOT NULL
             THEN ARRAY(SELECT i.order_item_id FROM unnest(create_shipment.items) AS i) END,
        CASE WHEN create_shipment.items IS NOT NULL
             THEN ARRAY(SELECT i.quantity::integer FROM unnest(create_shipment.items) AS i) END,
        create_shipment.carrier, create_shipment.tracking_number, create_shipment.tracking_url);
    RETURN api.render_shipment(s) FROM fulfilment.shipments AS s WHERE s.id = v_shipment_id;
END $$;

COMMENT ON FUNCTION api.create_shipment IS
'Ship an order, or a part of it

`items` are the pieces in this parcel; by default everything that is left. A `carrier` with an interface (mock) books
the parcel: the shipment is `pending` until then, and `label_created` with its tracking afterwards. With any other
carrier, or with your own `tracking_number`, the shipment is `in_transit` at once. The order becomes shipped when all of
its pieces have left, and delivered when all of them have arrived.';

GRANT EXECUTE ON FUNCTION api.create_shipment TO app_support;
