-- Appends a business event. Its actor is the caller; NULL is the shop itself (worker, gateway). Its type is
-- <thing>.<past tense>, such as order.created. Wakes the streams of the order if there are any. A NOTIFY takes a lock
-- that all committing notifiers queue for, so other orders send none; a new order, which cannot have a stream yet,
-- skips the check as well (7 of 30 µs).
-- Callers:   every routine with an effect that listeners may want to know about.
-- Locks:     none: it only inserts. NOTIFY queues at the commit (see above).
-- Definer:   no other code may write the log.
CREATE OR REPLACE FUNCTION messaging.record_event(type text, order_id uuid, account_id uuid, data jsonb DEFAULT '{}')
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO messaging.events (type, order_id, account_id, data, actor_id)
    VALUES (record_event.type, record_event.order_id, record_event.account_id, record_event.data,
            identity.current_actor());
    IF record_event.order_id IS NOT NULL AND record_event.type <> 'order.created' THEN
        IF EXISTS (SELECT FROM messaging.streams AS s WHERE s.order_id = record_event.order_id) THEN
            PERFORM pg_notify('storeproc_orders', record_event.order_id::text);
        END IF;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION messaging.record_event TO store_api;
