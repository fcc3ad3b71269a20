-- Enqueues an example of an event for a webhook endpoint, as the endpoint's owner would get it, marked as a test in its
-- body. Without a type: the first one that the endpoint asks for.
-- Callers:   api.test_webhook_endpoint, which has found the endpoint among those that the caller may see.
-- Locks:     the endpoint, so that concurrent requests are counted.
-- Errors:    event_type_not_sent 422, too_many_test_deliveries 429.
-- Definer:   no other code may write deliveries.
CREATE OR REPLACE FUNCTION messaging.add_test_delivery(endpoint_id uuid, type text)
RETURNS messaging.webhook_deliveries
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id       CONSTANT uuid := uuidv7();
    v_endpoint messaging.webhook_endpoints;
    v_merchant boolean;
    v_type     text;
    v_delivery messaging.webhook_deliveries;
BEGIN
    SELECT * INTO STRICT v_endpoint FROM messaging.webhook_endpoints AS w
    WHERE w.id = add_test_delivery.endpoint_id FOR NO KEY UPDATE;
    SELECT a.role <> 'admin' INTO STRICT v_merchant FROM identity.accounts AS a WHERE a.id = v_endpoint.account_id;
    SELECT t.type INTO v_type FROM messaging.event_types() AS t
    WHERE messaging.wants_event(v_endpoint.types, t.type) AND (NOT v_merchant OR t.merchant_payload IS NOT NULL)
      AND (add_test_delivery.type IS NULL OR t.type = add_test_delivery.type)
    ORDER BY t.type LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'event_type_not_sent',
            MESSAGE = 'This webhook endpoint does not get events of this type.',
            HINT = 'Choose a type that matches the types of the endpoint; GET /events/types lists them, and which of '
                || 'them merchants get.';
    END IF;
    IF (SELECT count(*) FROM messaging.webhook_deliveries AS d
        WHERE d.endpoint_id = v_endpoint.id AND d.status = 'pending' AND d.test) >= 5
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH429', CONSTRAINT = 'too_many_test_deliveries',
            MESSAGE = 'Five test deliveries are waiting to be sent.', HINT = 'Try again in a moment.';
    END IF;
    INSERT INTO messaging.webhook_deliveries AS d (endpoint_id, event_id, type, test, body)
    VALUES (v_endpoint.id, v_id, v_type, true, json_build_object(
        'id', v_id, 'type', v_type, 'timestamp', now(), 'test', true,
        'data', messaging.example_data(v_type, v_endpoint.account_id, v_merchant))::text)
    RETURNING d.* INTO v_delivery;
    RETURN v_delivery;
END $$;

GRANT EXECUTE ON FUNCTION messaging.add_test_delivery TO store_api;
