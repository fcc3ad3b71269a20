-- Records the result of an attempt at a delivery. 2xx: delivered. Otherwise it is repeated after 1 min, 5 min, 30 min,
-- 2 h, 5 h, then every 10 h, each pause up to a tenth longer so that deliveries that failed together do not return
-- together, and a last time after three days. An endpoint that accepted nothing in all that time is disabled, one that
-- answers 410 (gone) at once; its owner is told by mail. A test delivery has one attempt, and says nothing about the
-- endpoint.
-- Callers:   api.record_delivery_attempt.
-- Returns:   the delivery's status; NULL if its endpoint was deleted meanwhile.
-- Locks:     the endpoint, then the delivery.
-- Definer:   no other code may write the history.
CREATE OR REPLACE FUNCTION messaging.record_attempt(
    delivery_id uuid, status_code integer, duration_ms integer, error text, answer text
)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_pauses   CONSTANT interval[] := '{1 minute, 5 minutes, 30 minutes, 2 hours, 5 hours, 10 hours}';
    v_taken    CONSTANT boolean := coalesce(record_attempt.status_code BETWEEN 200 AND 299, false);
    v_now      CONSTANT timestamptz := clock_timestamp();
    v_endpoint messaging.webhook_endpoints;
    v_delivery messaging.webhook_deliveries;
    v_over     boolean;
BEGIN
    SELECT w.* INTO v_endpoint
    FROM messaging.webhook_endpoints AS w JOIN messaging.webhook_deliveries AS d ON d.endpoint_id = w.id
    WHERE d.id = record_attempt.delivery_id FOR NO KEY UPDATE OF w;
    SELECT * INTO v_delivery
    FROM messaging.webhook_deliveries AS d
    WHERE d.id = record_attempt.delivery_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO messaging.webhook_attempts (delivery_id, status_code, duration_ms, error, answer, created_at)
    VALUES (v_delivery.id, record_attempt.status_code, record_attempt.duration_ms, left(record_attempt.error, 100),
            left(record_attempt.answer, 200), v_now);
    IF v_delivery.test THEN
        UPDATE messaging.webhook_deliveries AS d
        SET status = CASE WHEN v_taken THEN 'delivered' ELSE 'failed' END,
            delivered_at = CASE WHEN v_taken THEN v_now END, claimed_until = NULL
        WHERE d.id = v_delivery.id;
        RETURN CASE WHEN v_taken THEN 'delivered' ELSE 'failed' END;
    ELSIF v_taken THEN
        UPDATE messaging.webhook_deliveries AS d
        SET status = 'delivered', delivered_at = coalesce(d.delivered_at, v_now), claimed_until = NULL
        WHERE d.id = v_delivery.id;
        UPDATE messaging.webhook_endpoints AS w
        SET failing_since = NULL
        WHERE w.id = v_endpoint.id AND w.failing_since IS NOT NULL;
        RETURN 'delivered';
    ELSIF v_delivery.status = 'delivered' THEN
        RETURN 'delivered';    -- a second worker delivered it after the first one's lease
    END IF;

    v_over := v_now >= v_delivery.give_up_at OR record_attempt.status_code = 410;
    UPDATE messaging.webhook_deliveries AS d
    SET status = CASE WHEN v_over THEN 'failed' ELSE 'pending' END, claimed_until = NULL,
        run_at = least(v_now + v_pauses[least(greatest(d.attempts, 1), 6)] * (1 + 0.1 * random()),
                       greatest(d.give_up_at, v_now))
    WHERE d.id = v_delivery.id;
    UPDATE messaging.webhook_endpoints AS w
    SET failing_since = v_now
    WHERE w.id = v_endpoint.id AND w.failing_since IS NULL;
    IF record_attempt.status_code = 410 THEN
        PERFORM messaging.disable_webhook_endpoint(v_endpoint.id, 'gone');
    ELSIF v_over AND v_endpoint.failing_since <= (
        SELECT min(a.created_at) FROM messaging.webhook_attempts AS a
        WHERE a.delivery_id = v_delivery.id AND a.created_at >= v_delivery.give_up_at - interval '3 days')
    THEN
        PERFORM messaging.disable_webhook_endpoint(v_endpoint.id, 'failing');
    END IF;
    RETURN CASE WHEN v_over THEN 'failed' ELSE 'pending' END;
END $$;

GRANT EXECUTE ON FUNCTION messaging.record_attempt TO store_api;
