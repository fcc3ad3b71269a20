-- The country (ISO 3166-1; GB for Northern Ireland) of a tax id that begins with its prefix and has that country's
-- form; NULL for one without, such as an Australian ABN.
-- Callers:   update_account; the treatment of taxes.
CREATE OR REPLACE FUNCTION identity.tax_id_country(tax_id text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.country
    FROM (SELECT CASE left(upper(btrim(tax_id_country.tax_id)), 2)
                 WHEN 'EL' THEN 'GR' WHEN 'XI' THEN 'GB' ELSE left(upper(btrim(tax_id_country.tax_id)), 2)
                 END AS country) AS p
    WHERE (p.country = ANY (identity.tax_id_prefixes()) OR p.country = 'GR')
      AND identity.is_tax_id(p.country, tax_id_country.tax_id);
$$;

GRANT EXECUTE ON FUNCTION identity.tax_id_country TO store_api;
