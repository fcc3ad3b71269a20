-- Gives an endpoint a new secret and returns it, the only time that it can be read. The secret that it replaces signs
-- for another 24 hours; an older one ends now.
-- Callers:   api.create_webhook_endpoint, api.rotate_webhook_secret, which have checked the owner.
-- Locks:     the endpoint's secrets.
-- Definer:   no other code may read or write secrets.
CREATE OR REPLACE FUNCTION messaging.add_webhook_secret(endpoint_id uuid)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Three random UUIDs hold 366 random bits from the server's strong source; their hash is 32 bytes of 256.
    v_secret CONSTANT bytea := sha256(
        uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    );
    v_inner  bytea := decode(repeat('36', 64), 'hex');
    v_outer  bytea := decode(repeat('5c', 64), 'hex');
BEGIN
    FOR i IN 0 .. length(v_secret) - 1 LOOP
        v_inner := set_byte(v_inner, i, get_byte(v_inner, i) # get_byte(v_secret, i));
        v_outer := set_byte(v_outer, i, get_byte(v_outer, i) # get_byte(v_secret, i));
    END LOOP;
    DELETE FROM messaging.webhook_secrets AS s
    WHERE s.endpoint_id = add_webhook_secret.endpoint_id AND s.expires_at IS NOT NULL;
    UPDATE messaging.webhook_secrets AS s
    SET expires_at = now() + interval '24 hours'
    WHERE s.endpoint_id = add_webhook_secret.endpoint_id;
    INSERT INTO messaging.webhook_secrets (endpoint_id, inner_pad, outer_pad)
    VALUES (add_webhook_secret.endpoint_id, v_inner, v_outer);
    RETURN 'whsec_' || encode(v_secret, 'base64');
END $$;

GRANT EXECUTE ON FUNCTION messaging.add_webhook_secret TO store_api;
