-- Row trigger: allows only the changes of status that fulfilment.return_transitions lists.
-- Callers:   trigger check_transition on fulfilment.returns.
-- Errors:    return_transition_refused 409.
CREATE OR REPLACE FUNCTION fulfilment.check_return_transition()
RETURNS trigger
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fulfilment.return_transitions AS t
                   WHERE t.from_status = OLD.status AND t.to_status = NEW.status) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'return_transition_refused',
            MESSAGE = format('A return cannot change from %s to %s.', OLD.status, NEW.status);
    END IF;
    RETURN NEW;
END $$;
