-- The trigger, if it is there, goes on without the column.
CREATE OR REPLACE FUNCTION sales.check_transition()
RETURNS trigger
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM sales.order_transitions AS t
                   WHERE t.from_status = OLD.status AND t.to_status = NEW.status) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_transition_refused',
            MESSAGE = format('An order that is %s cannot become %s.', OLD.status, NEW.status);
    END IF;
    RETURN NEW;
END $$;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgfoid = 'sales.check_transition'::regproc) THEN
        DROP FUNCTION sales.check_transition;
    END IF;
END $$;
DROP FUNCTION fulfilment.fulfilment_status_of, sales.owed_pieces;
DELETE FROM sales.order_transitions WHERE from_status = 'paid' AND to_status = 'delivered';
ALTER TABLE sales.orders DROP COLUMN fulfilment_status;
ALTER TABLE sales.order_items DROP COLUMN requires_shipping;
ALTER TABLE catalog.products DROP COLUMN requires_shipping;
