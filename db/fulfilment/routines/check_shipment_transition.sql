-- Row trigger: allows only the changes of status that fulfilment.shipment_transitions lists.
-- Callers:   trigger check_transition on fulfilment.shipments.
-- Errors:    shipment_transition_refused 409.
CREATE OR REPLACE FUNCTION fulfilment.check_shipment_transition()
RETURNS trigger
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fulfilment.shipment_transitions AS t
                   WHERE t.from_status = OLD.status AND t.to_status = NEW.status) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipment_transition_refused',
            MESSAGE = format('A shipment cannot change from %s to %s.', OLD.status, NEW.status);
    END IF;
    RETURN NEW;
END $$;
