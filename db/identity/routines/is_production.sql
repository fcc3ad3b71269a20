-- Whether this database is the one of a real shop: then test gateways and carriers take part in nothing.
-- Callers:   payments.begin_attempt and require_gateway, fulfilment.can_be_asked, identity.issue_local_token.
-- Locks:     none.
-- Definer:   the row is for the owner of the tables. No session can set it, unlike a setting.
CREATE OR REPLACE FUNCTION identity.is_production()
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT e.name = 'production' FROM identity.environment AS e;
END;

GRANT EXECUTE ON FUNCTION identity.is_production TO store_api;
