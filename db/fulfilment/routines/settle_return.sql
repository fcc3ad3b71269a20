-- Finishes a return when all of its refunds are completed.
-- Callers:   receive_return, follow_refund. Both hold the order.
-- Locks:     the return.
CREATE OR REPLACE FUNCTION fulfilment.settle_return(return_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_return fulfilment.returns;
BEGIN
    UPDATE fulfilment.returns AS r SET status = 'refunded', refunded_at = now(), version = r.version + 1
    WHERE r.id = settle_return.return_id AND r.status = 'received'
      AND r.amount <= (SELECT coalesce(sum(f.amount), 0)
                       FROM fulfilment.return_refunds AS l JOIN payments.refunds AS f ON f.id = l.refund_id
                       WHERE l.return_id = r.id AND f.status = 'completed')
    RETURNING r.* INTO v_return;
    IF FOUND THEN
        PERFORM fulfilment.record_return_event(v_return);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.settle_return TO store_api;
