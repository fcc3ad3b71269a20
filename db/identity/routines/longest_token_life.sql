-- The longest lifetime of a token: 15 minutes for access tokens, a day for those for local use and in mails. A retired
-- key verifies for this long.
-- Callers:   authenticate, list_signing_keys, retire_signing_keys.
CREATE OR REPLACE FUNCTION identity.longest_token_life()
RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN interval '1 day';
