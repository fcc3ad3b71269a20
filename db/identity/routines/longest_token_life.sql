-- The longest that a token lives whose key has retired: access tokens 15 minutes, those for local use and of mails a
-- day. A retired key verifies so long.
-- Callers:   authenticate, list_signing_keys, retire_signing_keys.
CREATE OR REPLACE FUNCTION identity.longest_token_life()
RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN interval '1 day';
