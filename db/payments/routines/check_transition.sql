-- Row trigger: allows only the changes of status that payments.payment_transitions lists.
-- Callers:   trigger check_transition on payments.payments.
-- Errors:    payment_transition_refused 409.
CREATE OR REPLACE FUNCTION payments.check_transition()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM payments.payment_transitions AS t
                   WHERE t.from_status = OLD.status AND t.to_status = NEW.status) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_transition_refused',
            MESSAGE = format('A payment cannot change from %s to %s.', OLD.status, NEW.status);
    END IF;
    RETURN NEW;
END $$;
