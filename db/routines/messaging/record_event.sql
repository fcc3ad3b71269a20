-- Appends a business event. Its actor is the caller; NULL is the shop itself (worker, gateway). Wakes the streams of an order that somebody
-- watches: a NOTIFY takes a lock that all committing notifiers queue for, so no other order pays for one.
-- Called by: every routine with an effect that someone may want to hear of. Type is <thing>.<past tense>: order.created.
-- Definer:   nobody else may write the log.
CREATE OR REPLACE FUNCTION messaging.record_event(type text, order_id uuid, account_id uuid, data jsonb DEFAULT '{}')
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO messaging.events AS e (type, order_id, account_id, data, actor_id)
    VALUES (record_event.type, record_event.order_id, record_event.account_id, record_event.data, identity.current_actor())
    RETURNING CASE WHEN EXISTS (SELECT FROM messaging.streams AS s WHERE s.order_id = e.order_id)
                   THEN pg_notify('storeproc_orders', e.order_id::text) END;
END;

GRANT EXECUTE ON FUNCTION messaging.record_event TO store_api;
