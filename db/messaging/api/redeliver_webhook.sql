-- Sends a delivery again, now, with the same id and body, and with another three days of attempts. A delivery that a
-- worker is sending right now is left to that worker.
-- Locks:  the delivery.
-- Errors: webhook_endpoint_not_found, webhook_delivery_not_found 404, webhook_endpoint_disabled 409.
CREATE FUNCTION api.redeliver_webhook(endpoint_id uuid, delivery_id uuid)
RETURNS api.webhook_delivery
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor    CONSTANT uuid := identity.authenticate();
    v_delivery messaging.webhook_deliveries;
BEGIN
    IF (api.find_webhook_endpoint(redeliver_webhook.endpoint_id)).status <> 'enabled' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'webhook_endpoint_disabled',
            MESSAGE = 'This webhook endpoint is disabled.', HINT = 'Enable it first.';
    END IF;
    SELECT * INTO v_delivery FROM messaging.webhook_deliveries AS d
    WHERE d.id = redeliver_webhook.delivery_id AND d.endpoint_id = redeliver_webhook.endpoint_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'webhook_delivery_not_found',
            MESSAGE = 'There is no such delivery.';
    ELSIF v_delivery.claimed_until IS NULL OR v_delivery.claimed_until < now() THEN
        UPDATE messaging.webhook_deliveries AS d
        SET status = 'pending', attempts = 0, run_at = now(), give_up_at = now() + interval '3 days',
            delivered_at = NULL
        WHERE d.id = v_delivery.id
        RETURNING d.* INTO v_delivery;
    END IF;
    RETURN api.render_webhook_delivery(v_delivery);
END $$;

COMMENT ON FUNCTION api.redeliver_webhook IS
'Send a delivery again

Sends it at once, whether it was accepted before or not, with the same id and body, and repeats failed attempts for
three days.';

GRANT EXECUTE ON FUNCTION api.redeliver_webhook TO app_merchant;
