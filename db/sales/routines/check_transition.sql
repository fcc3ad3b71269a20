-- Row trigger: an order's status changes along sales.order_transitions, or not at all. What the new status says of the
-- goods is set with it, whichever code changes it; fulfilment.advance_order says the rest.
-- Callers:   trigger check_transition on sales.orders.
-- Errors:    order_transition_refused 409.
CREATE OR REPLACE FUNCTION sales.check_transition()
RETURNS trigger
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM sales.order_transitions AS t
                   WHERE t.from_status = OLD.status AND t.to_status = NEW.status) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_transition_refused',
            MESSAGE = format('An order that is %s cannot become %s.', OLD.status, NEW.status);
    END IF;
    IF NEW.status = 'cancelled' THEN
        NEW.fulfilment_status := 'not_needed';
    ELSIF NEW.status IN ('shipped', 'delivered') AND OLD.fulfilment_status <> 'not_needed' THEN
        NEW.fulfilment_status := NEW.status;
    ELSIF OLD.status = 'cancelled'
          AND EXISTS (SELECT FROM sales.order_items AS i WHERE i.order_id = NEW.id AND i.requires_shipping) THEN
        NEW.fulfilment_status := 'unfulfilled';    -- an expired order that was paid after all
    END IF;
    RETURN NEW;
END $$;
