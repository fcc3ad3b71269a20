-- Verifies that the caller may import products: for the web tier before it reads the file.
-- Callers:   the web tier.
CREATE FUNCTION api.check_importer()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
END $$;

COMMENT ON FUNCTION api.check_importer IS
'May the caller import products?

For the web tier, before it reads the file.';

GRANT EXECUTE ON FUNCTION api.check_importer TO app_merchant;
