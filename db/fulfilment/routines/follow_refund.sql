-- Row trigger: when a refund is completed, its return may be finished.
-- Callers:   trigger follow_refund on payments.refunds.
-- Locks:     the return. The transaction that completes a refund holds the order.
CREATE OR REPLACE FUNCTION fulfilment.follow_refund()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fulfilment.settle_return(l.return_id) FROM fulfilment.return_refunds AS l WHERE l.refund_id = NEW.id;
    RETURN NULL;
END $$;
