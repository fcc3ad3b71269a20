-- Appends a business event. Its actor is the caller; NULL is the shop itself (worker, gateway).
-- Called by: every routine with an effect that someone may want to hear of. Type is <thing>.<past tense>: order.created.
-- Definer:   nobody else may write the log.
CREATE OR REPLACE FUNCTION messaging.record_event(type text, order_id uuid, account_id uuid, data jsonb DEFAULT '{}')
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO messaging.events (type, order_id, account_id, data, actor_id)
    VALUES (record_event.type, record_event.order_id, record_event.account_id, record_event.data, identity.current_actor());
END;

GRANT EXECUTE ON FUNCTION messaging.record_event TO store_api;
