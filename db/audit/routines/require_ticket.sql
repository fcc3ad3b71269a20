-- Refuses a reason that is not the number of a ticket or case: the audit has no text that a person wrote.
-- Callers:   identity.act_for, payments.complete_by_hand, payments.fail_by_hand.
-- Errors:    ticket_invalid 422.
CREATE OR REPLACE FUNCTION audit.require_ticket(ticket text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF require_ticket.ticket IS NULL OR require_ticket.ticket !~ '^[A-Za-z]{0,10}[-#/]?[0-9]{1,12}$' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'ticket_invalid',
            MESSAGE = 'Give the number of the ticket or case, such as T-812: it is kept in the audit.';
    END IF;
END $$;
