-- What a carrier's client needs to book a parcel or to query its status. A pending parcel of an order on hold has the
-- status on_hold: it is not booked before the order is released.
-- Callers:   the worker.
-- Errors:    shipment_not_found 404.
CREATE TYPE api.carrier_shipment AS (
    id uuid, order_number text, status text, carrier text, booking_reference text, tracking_number text,
    address jsonb, email text, items api.shipment_item[], booked_at timestamptz, created_at timestamptz
);

CREATE FUNCTION api.get_shipment_for_carrier(shipment_id uuid)
RETURNS api.carrier_shipment
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_answer api.carrier_shipment;
BEGIN
    PERFORM identity.authenticate_service('worker');
    SELECT s.id, o.number::text,
           CASE WHEN s.status = 'pending' AND o.hold_reason IS NOT NULL THEN 'on_hold' ELSE s.status END,
           s.carrier, s.booking_reference, s.tracking_number, s.address, a.email,
           ARRAY(SELECT ROW(i.id, i.sku, i.name, p.quantity)::api.shipment_item
                 FROM fulfilment.list_contents(s) AS p
                 JOIN sales.order_items AS i ON i.id = p.order_item_id
                 ORDER BY i.id),
           s.booked_at, s.created_at
    INTO v_answer
    FROM fulfilment.shipments AS s
    JOIN sales.orders AS o ON o.id = s.order_id
    JOIN identity.accounts AS a ON a.id = s.account_id
    WHERE s.id = get_shipment_for_carrier.shipment_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'shipment_not_found',
            MESSAGE = 'There is no such shipment.';
    END IF;
    RETURN v_answer;
END $$;

COMMENT ON FUNCTION api.get_shipment_for_carrier IS
'A shipment as its carrier needs it

For the worker.';

GRANT EXECUTE ON FUNCTION api.get_shipment_for_carrier TO app_worker;
