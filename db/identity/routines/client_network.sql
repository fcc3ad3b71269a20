-- The network that a client's requests are counted for: an IPv4 address, or an IPv6 /64, because a single customer of
-- a provider has at least that many addresses (RFC 6177). An IPv4-mapped IPv6 address is the IPv4 address. What is no
-- address is its own network. The web tier has the same rule in api/http/client_network.py.
-- Callers:   log_in_subjects, remember_device, api.begin_password_reset, api.begin_gift_card_redemption.
CREATE OR REPLACE FUNCTION identity.client_network(client_address text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE
        WHEN NOT pg_input_is_valid(a.given, 'inet') THEN left(client_network.client_address, 64)
        WHEN family(a.given::inet) = 4 THEN host(a.given::inet)
        WHEN a.given::inet <<= '::ffff:0:0/96'::inet
            THEN host('0.0.0.0'::inet + (set_masklen(a.given::inet, 128) - '::ffff:0.0.0.0'::inet))
        ELSE network(set_masklen(a.given::inet, 64))::text
    END
    FROM (SELECT split_part(client_network.client_address, '%', 1) AS given) AS a;    -- fe80::1%eth0: without the zone
END;

GRANT EXECUTE ON FUNCTION identity.client_network TO store_api;
