-- Registers an address that events are sent to: for a merchant those about their own sales, products and payouts, for
-- an admin all of the shop. At most twenty per account.
-- Locks:  an advisory lock of the account, so that concurrent requests are counted.
-- Errors: too_many_webhook_endpoints 409, event_type_unknown 422, and of the web tier webhook_target_refused 422.
CREATE DOMAIN api.webhook_url AS text CONSTRAINT webhook_url_malformed
    CHECK (char_length(VALUE) <= 2000 AND VALUE ~
        '^https?://([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][!"$-~]*)?$');
COMMENT ON DOMAIN api.webhook_url IS
'The address that events are sent to: https://, an ASCII host name, no user, no fragment.';
CREATE DOMAIN api.event_pattern AS text CONSTRAINT event_pattern_malformed
    CHECK (char_length(VALUE) <= 100 AND VALUE ~ '^(\*|[a-z_]+\.(\*|[a-z_]+))$');
COMMENT ON DOMAIN api.event_pattern IS
'A type of event: order.paid, order.* for all events of orders, * for all events.';
-- Its values are those of messaging.event_types(); the document lists them. No CHECK of the values: the log may have
-- events of a type that is not recorded any more.
CREATE DOMAIN api.event_type_name AS text
    CONSTRAINT event_type_malformed CHECK (char_length(VALUE) <= 100 AND VALUE ~ '^[a-z_]+\.[a-z_]+$');
COMMENT ON DOMAIN api.event_type_name IS 'A type of event, such as order.paid. New versions of the shop may add types.';
CREATE DOMAIN api.event_patterns AS api.event_pattern[] CONSTRAINT too_many_types CHECK (cardinality(VALUE) <= 50);
COMMENT ON DOMAIN api.event_patterns IS 'At most 50 types of events.';
CREATE DOMAIN api.webhook_status AS text
    CONSTRAINT webhook_status_unknown CHECK (VALUE = ANY (ARRAY['enabled', 'disabled']));
COMMENT ON DOMAIN api.webhook_status IS 'Whether events are sent to the endpoint.';
CREATE DOMAIN api.webhook_disabled_reason AS text
    CONSTRAINT webhook_disabled_reason_unknown CHECK (VALUE = ANY (ARRAY['gone', 'failing', 'owner']));
COMMENT ON DOMAIN api.webhook_disabled_reason IS
'gone: it returned 410; failing: it accepted nothing for three days; owner: disabled by request.';
CREATE TYPE api.webhook_endpoint AS (
    id uuid, account_id uuid, url api.webhook_url, types api.event_pattern[], description text,
    status api.webhook_status, disabled_reason api.webhook_disabled_reason,
    disabled_at timestamptz, failing_since timestamptz, secret text, version bigint, created_at timestamptz
);
COMMENT ON COLUMN api.webhook_endpoint.description IS 'Null where none was given.';
COMMENT ON COLUMN api.webhook_endpoint.disabled_reason IS
'gone: it returned 410; failing: it accepted nothing for three days; owner: disabled by request. Null while enabled.';
COMMENT ON COLUMN api.webhook_endpoint.disabled_at IS 'Null while enabled.';
COMMENT ON COLUMN api.webhook_endpoint.failing_since IS 'The first of the latest failures. Null after a success.';
COMMENT ON COLUMN api.webhook_endpoint.secret IS
'The signing secret. Null in every answer but the one that creates the endpoint.';
CREATE TYPE api.webhook_endpoint_page AS (data api.webhook_endpoint[], next_cursor text);

CREATE FUNCTION api.create_webhook_endpoint(
    url api.webhook_url, types api.event_patterns DEFAULT '{*}', description api.short_text DEFAULT NULL
)
RETURNS api.webhook_endpoint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor    CONSTANT uuid := identity.authenticate();
    v_endpoint messaging.webhook_endpoints;
    v_rendered api.webhook_endpoint;
BEGIN
    PERFORM messaging.require_event_types(create_webhook_endpoint.types);
    PERFORM pg_advisory_xact_lock(hashtextextended('messaging.webhook_endpoints ' || v_actor, 0));
    IF (SELECT count(*) FROM messaging.webhook_endpoints AS o WHERE o.account_id = v_actor) >= 20 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'too_many_webhook_endpoints',
            MESSAGE = 'An account can have at most twenty webhook endpoints.',
            HINT = 'Delete one that is no longer used.';
    END IF;
    INSERT INTO messaging.webhook_endpoints AS n (account_id, url, types, description, after_event_id)
    VALUES (v_actor, create_webhook_endpoint.url, create_webhook_endpoint.types,
            create_webhook_endpoint.description, messaging.last_final_event())
    RETURNING n.* INTO v_endpoint;
    v_rendered := api.render_webhook_endpoint(v_endpoint);
    v_rendered.secret := messaging.add_webhook_secret(v_endpoint.id);
    RETURN v_rendered;
END $$;

COMMENT ON FUNCTION api.create_webhook_endpoint IS
'Create a webhook endpoint

Each event is sent as a POST of `{id, type, timestamp, data}`, signed as in standardwebhooks.com (headers `webhook-id`,
`webhook-timestamp`, `webhook-signature`) with the `secret` that only this answer contains. `types` names types
(`order.paid`), all types of a thing (`order.*`) or everything (`*`); `GET /events/types` lists them, and `webhooks` in
the OpenAPI document has the schema of each. A merchant receives events about their own sales, products and payouts, an
admin all events. `data` contains ids and amounts, no personal data. Try it with `POST …/test`.
Answer 2xx within ten seconds; otherwise the event is sent again, for three days with growing pauses, and an endpoint
that accepted nothing in that time is disabled. 410 disables it at once. An event may arrive twice (with the same `id`)
and out of order. Redirects are not followed; addresses of private networks are refused.';

GRANT EXECUTE ON FUNCTION api.create_webhook_endpoint TO app_merchant;
