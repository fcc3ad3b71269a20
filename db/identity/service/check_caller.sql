-- Verifies the caller's token, and does nothing else: for the web tier before it reads a large body.
-- Callers:   the web tier.
CREATE FUNCTION api.check_caller()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
END $$;

COMMENT ON FUNCTION api.check_caller IS
'Verify a token

For the web tier, before it reads a large body.';

GRANT EXECUTE ON FUNCTION api.check_caller TO app_guest;
