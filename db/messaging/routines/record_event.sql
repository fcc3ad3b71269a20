-- Appends a business event. Its actor is the caller; NULL is the shop itself (worker, gateway). Wakes the streams of an
-- order that somebody watches: a NOTIFY takes a lock that all committing notifiers queue for, so no other order pays
-- for one, and an order that is being made, which nobody can watch yet, does not pay for the question either (7 of 30
-- µs).
-- Answers true, always: an expression is called in half the time of a statement (PERFORM).
-- Called by: every routine with an effect that someone may want to hear of. Type is <thing>.<past tense>:
--            order.created.
-- Definer:   nobody else may write the log.
CREATE OR REPLACE FUNCTION messaging.record_event(type text, order_id uuid, account_id uuid, data jsonb DEFAULT '{}')
RETURNS boolean
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
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION messaging.record_event TO store_api;
