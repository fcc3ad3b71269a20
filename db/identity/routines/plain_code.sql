-- A code as it is compared: people type spaces and dashes, and small letters.
-- Callers:   check_code, confirm_second_factor. Not granted to store_api.
CREATE OR REPLACE FUNCTION identity.plain_code(code text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN upper(translate(plain_code.code, ' -', ''));
