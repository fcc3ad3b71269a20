-- Row trigger: a refund is done; the return that it is of may be over by that.
-- Locks: the return; whoever completes a refund holds the order.
CREATE OR REPLACE FUNCTION fulfilment.follow_refund()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fulfilment.settle_return(l.return_id) FROM fulfilment.return_refunds AS l WHERE l.refund_id = NEW.id;
    RETURN NULL;
END $$;
