-- Opens a stream of one of the caller's orders: from now on its events are announced.
-- Callers:   the web tier.
-- Errors:    order_not_found 404, too_many_streams 429.
CREATE FUNCTION api.open_order_stream(order_id uuid)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM api.require_own_order(open_order_stream.order_id, v_actor);
    RETURN messaging.open_stream(open_order_stream.order_id, v_actor);
END $$;

COMMENT ON FUNCTION api.open_order_stream IS
'Open the stream of an order

For the web tier, before it streams.';

GRANT EXECUTE ON FUNCTION api.open_order_stream TO app_guest;
