-- Whether a text has the form of a tax id of a country, check digits included, in any spelling. NULL is none.
-- Callers:   the treatment of taxes.
CREATE OR REPLACE FUNCTION identity.is_tax_id(country text, tax_id text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(identity.read_tax_id(is_tax_id.country, is_tax_id.tax_id) IS NOT NULL, false);
$$;

GRANT EXECUTE ON FUNCTION identity.is_tax_id TO store_api;
