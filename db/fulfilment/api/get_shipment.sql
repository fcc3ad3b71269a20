-- One shipment: customers see their own, staff see any.
-- Errors: shipment_not_found 404.
CREATE FUNCTION api.get_shipment(shipment_id uuid)
RETURNS api.shipment
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor    CONSTANT uuid := identity.authenticate();
    v_shipment fulfilment.shipments;
BEGIN
    SELECT * INTO v_shipment FROM fulfilment.shipments AS s WHERE s.id = get_shipment.shipment_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'shipment_not_found',
            MESSAGE = 'There is no such shipment.';
    END IF;
    RETURN api.render_shipment(v_shipment);
END $$;

COMMENT ON FUNCTION api.get_shipment IS
'A shipment';

GRANT EXECUTE ON FUNCTION api.get_shipment TO app_guest;
