-- The first half of setting a password with the token from a mail: counts the attempt for the client's network, which
-- is committed whatever follows, and says whether the token is valid. For one that is not the web tier computes no
-- hash: bcrypt is expensive, and anybody may send a token.
-- Callers:   the web tier.
-- Locks:     the counted attempts of the network.
-- Errors:    too_many_attempts 429.
CREATE FUNCTION api.begin_password_reset(token text, client_address text DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF begin_password_reset.client_address IS NOT NULL THEN
        PERFORM identity.count_attempt(
            'reset token address:' || identity.client_network(begin_password_reset.client_address), 100);
    END IF;
    RETURN identity.find_reset_token(begin_password_reset.token);
END $$;

COMMENT ON FUNCTION api.begin_password_reset IS
'Begin to set a new password

For the web tier: whether the token is valid.';

GRANT EXECUTE ON FUNCTION api.begin_password_reset TO app_anonymous;
