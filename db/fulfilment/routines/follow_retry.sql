-- Row trigger: assigns the retry of a refund to the same return.
-- Callers:   trigger follow_retry on payments.refunds.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION fulfilment.follow_retry()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO fulfilment.return_refunds (refund_id, return_id, account_id)
    SELECT NEW.id, l.return_id, l.account_id FROM fulfilment.return_refunds AS l WHERE l.refund_id = NEW.retry_of;
    RETURN NULL;
END $$;
