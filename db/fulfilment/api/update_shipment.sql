-- Changes a shipment's status or tracking: only the fields that are sent.
-- Locks:  order, payment, shipment, then those of what follows from the status.
-- Errors: own_account_refused 403; shipment_not_found 404, version_stale 412, order_on_hold,
--         shipment_transition_refused, returned_above_shipped 409.
CREATE FUNCTION api.update_shipment(
    shipment_id uuid, status api.shipment_status DEFAULT NULL, carrier api.short_text DEFAULT NULL,
    tracking_number api.tracking_number DEFAULT NULL, tracking_url api.tracking_url DEFAULT NULL,
    if_match bigint DEFAULT NULL, given text[] DEFAULT NULL
)
RETURNS api.shipment
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor    CONSTANT uuid := identity.authenticate();
    v_given    CONSTANT text[] := coalesce(update_shipment.given, '{}');
    v_shipment fulfilment.shipments;
BEGIN
    v_shipment := fulfilment.lock_shipment(update_shipment.shipment_id, update_shipment.if_match);
    PERFORM identity.refuse_own_account(o.account_id) FROM sales.orders AS o WHERE o.id = v_shipment.order_id;
    UPDATE fulfilment.shipments AS s
    SET carrier = coalesce(update_shipment.carrier, s.carrier),
        tracking_number = CASE WHEN 'tracking_number' = ANY (v_given) THEN update_shipment.tracking_number
                               ELSE coalesce(update_shipment.tracking_number, s.tracking_number) END,
        tracking_url = CASE WHEN 'tracking_url' = ANY (v_given) THEN update_shipment.tracking_url
                            ELSE coalesce(update_shipment.tracking_url, s.tracking_url) END,
        version = s.version + 1
    WHERE s.id = v_shipment.id;
    IF update_shipment.status <> v_shipment.status THEN
        PERFORM fulfilment.set_status(v_shipment, update_shipment.status);
    END IF;
    RETURN api.render_shipment(s) FROM fulfilment.shipments AS s WHERE s.id = v_shipment.id;
END $$;

COMMENT ON FUNCTION api.update_shipment IS
'Update a shipment

Changes status, carrier and tracking: only the fields that are sent. The pieces of a parcel that `failed`, was
`cancelled` or was `returned` (to the shop) can be shipped again. Credit that is held for a parcel is captured when the
parcel is booked; `cancelled` releases it, `failed` cancels the order.';

GRANT EXECUTE ON FUNCTION api.update_shipment TO app_support;
