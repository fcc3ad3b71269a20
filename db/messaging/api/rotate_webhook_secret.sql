-- Replaces the secret of one of the caller's endpoints; the old secret signs as well for 24 hours. An admin can disable
-- the endpoints of others but cannot read their secrets.
-- Locks:  the endpoint.
-- Errors: webhook_endpoint_not_found 404.
CREATE TYPE api.webhook_secret AS (secret text, previous_expires_at timestamptz);
COMMENT ON COLUMN api.webhook_secret.secret IS 'Only in this answer.';
COMMENT ON COLUMN api.webhook_secret.previous_expires_at IS
'Until when messages are signed with the old secret as well.';

CREATE FUNCTION api.rotate_webhook_secret(endpoint_id uuid)
RETURNS api.webhook_secret
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    UPDATE messaging.webhook_endpoints AS w SET version = w.version + 1
    WHERE w.id = rotate_webhook_secret.endpoint_id AND w.account_id = v_actor;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'webhook_endpoint_not_found',
            MESSAGE = 'There is no such webhook endpoint.';
    END IF;
    RETURN ROW(
        messaging.add_webhook_secret(rotate_webhook_secret.endpoint_id), now() + interval '24 hours'
    )::api.webhook_secret;
END $$;

COMMENT ON FUNCTION api.rotate_webhook_secret IS
'Replace the secret of a webhook endpoint

For 24 hours every message has two signatures, one with each secret.';

GRANT EXECUTE ON FUNCTION api.rotate_webhook_secret TO app_merchant;
