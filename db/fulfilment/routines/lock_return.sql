-- Locks a return and, before it, its order.
-- Callers:   decide_return, receive_return, settle_return.
-- Locks:     order, return.
-- Errors:    return_not_found 404.
CREATE OR REPLACE FUNCTION fulfilment.lock_return(return_id uuid)
RETURNS fulfilment.returns
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_return fulfilment.returns;
BEGIN
    PERFORM FROM sales.orders AS o
    WHERE o.id = (SELECT r.order_id FROM fulfilment.returns AS r WHERE r.id = lock_return.return_id)
    FOR NO KEY UPDATE;
    SELECT * INTO v_return FROM fulfilment.returns AS r WHERE r.id = lock_return.return_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'return_not_found', MESSAGE = 'There is no such return.';
    END IF;
    RETURN v_return;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.lock_return TO store_api;
