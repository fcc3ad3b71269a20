-- The deliveries of a webhook endpoint, newest first, with every attempt: callers see their own, an admin sees any.
-- Errors: webhook_endpoint_not_found 404, cursor_invalid 422.
CREATE DOMAIN api.webhook_delivery_status AS text CONSTRAINT webhook_delivery_status_unknown
    CHECK (VALUE = ANY (ARRAY['pending', 'delivered', 'failed']));
COMMENT ON DOMAIN api.webhook_delivery_status IS 'The status of a delivery.';
CREATE TYPE api.webhook_attempt AS (
    status_code integer, duration_ms integer, error text, answer text, created_at timestamptz
);
COMMENT ON COLUMN api.webhook_attempt.status_code IS 'Of the answer (HTTP). Null: there was no answer.';
COMMENT ON COLUMN api.webhook_attempt.error IS 'Why it failed. Null where it was accepted.';
COMMENT ON COLUMN api.webhook_attempt.answer IS 'The beginning of the answer''s body. Null: there was no answer.';
CREATE TYPE api.webhook_delivery AS (
    id uuid, endpoint_id uuid, event_id uuid, type api.event_type_name, status api.webhook_delivery_status,
    attempts api.webhook_attempt[], next_attempt_at timestamptz, delivered_at timestamptz, test boolean,
    created_at timestamptz
);
COMMENT ON COLUMN api.webhook_delivery.attempts IS 'Oldest first.';
COMMENT ON COLUMN api.webhook_delivery.next_attempt_at IS 'Null unless its status is pending.';
COMMENT ON COLUMN api.webhook_delivery.delivered_at IS 'Null unless its status is delivered.';
COMMENT ON COLUMN api.webhook_delivery.test IS 'Whether it is an example that was asked for: nothing has happened.';
CREATE TYPE api.webhook_delivery_page AS (data api.webhook_delivery[], next_cursor text);

CREATE FUNCTION api.list_webhook_deliveries(
    endpoint_id uuid, status api.webhook_delivery_status DEFAULT NULL, "limit" api.page_limit DEFAULT 20,
    cursor api.page_cursor DEFAULT NULL
)
RETURNS api.webhook_delivery_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_webhook_deliveries.cursor);
    v_rows   api.webhook_delivery[];
BEGIN
    PERFORM api.find_webhook_endpoint(list_webhook_deliveries.endpoint_id);
    SELECT array_agg(api.render_webhook_delivery(d) ORDER BY d.id DESC) INTO v_rows
    FROM (
        SELECT * FROM messaging.webhook_deliveries AS o
        WHERE o.endpoint_id = list_webhook_deliveries.endpoint_id AND o.id < v_before
          AND (list_webhook_deliveries.status IS NULL OR o.status = list_webhook_deliveries.status)
        ORDER BY o.id DESC LIMIT list_webhook_deliveries."limit" + 1
    ) AS d;
    RETURN ROW(coalesce(v_rows[1:list_webhook_deliveries."limit"], '{}'),
               CASE WHEN cardinality(v_rows) > list_webhook_deliveries."limit"
                    THEN messaging.encode_cursor(
                        jsonb_build_object('id', (v_rows[list_webhook_deliveries."limit"]).id)
                    ) END)::api.webhook_delivery_page;
END $$;

COMMENT ON FUNCTION api.list_webhook_deliveries IS
'List the deliveries of a webhook endpoint

Newest first, with every attempt: status, duration, the beginning of the answer. Kept for a month.';

GRANT EXECUTE ON FUNCTION api.list_webhook_deliveries TO app_merchant;
