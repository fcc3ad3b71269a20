-- The prefixes that are a part of the tax ids that begin with them.
-- Callers:   read_tax_id, tax_id_country.
CREATE OR REPLACE FUNCTION identity.tax_id_prefixes()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN ARRAY['AT', 'BE', 'BG', 'CH', 'CY', 'CZ', 'DE', 'DK', 'EE', 'EL', 'ES', 'FI', 'FR', 'GB', 'HR', 'HU', 'IE', 'IT',
             'LT', 'LU', 'LV', 'MT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK', 'XI'];

GRANT EXECUTE ON FUNCTION identity.tax_id_prefixes TO store_api;
