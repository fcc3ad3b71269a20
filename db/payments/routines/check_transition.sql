-- Row trigger: a payment's status changes as payments.payment_transitions says, and in no other way.
-- Errors: payment_transition_refused 409.
CREATE OR REPLACE FUNCTION payments.check_transition()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM payments.payment_transitions AS t
                   WHERE t.from_status = OLD.status AND t.to_status = NEW.status) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_transition_refused',
            MESSAGE = format('A payment does not go from %s to %s.', OLD.status, NEW.status);
    END IF;
    RETURN NEW;
END $$;
