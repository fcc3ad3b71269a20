-- The bcrypt salt of the caller's own password.
-- Callers:   api.get_password_salt.
-- Definer:   reads passwords.
CREATE OR REPLACE FUNCTION identity.find_own_salt()
RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT p.salt FROM identity.passwords AS p WHERE p.account_id = identity.current_actor());

GRANT EXECUTE ON FUNCTION identity.find_own_salt TO store_api;
