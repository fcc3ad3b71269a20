-- Whether a carrier has an interface that books parcels. A test carrier transports nothing, so it does not count in
-- production.
-- Callers:   make_shipment, booking_carrier.
CREATE OR REPLACE FUNCTION fulfilment.can_be_asked(carrier text)
RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM fulfilment.carriers AS c
        WHERE c.name = can_be_asked.carrier AND c.enabled
          AND NOT (c.test_only AND identity.is_production()));
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.can_be_asked TO store_api;
