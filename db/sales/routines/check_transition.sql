-- Row trigger: allows only the changes of status that sales.order_transitions lists.
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
    RETURN NEW;
END $$;
