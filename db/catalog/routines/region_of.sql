-- The code (ISO 3166-2) of a region of a country: 'California', 'CA ' and 'us-ca' are US-CA. NULL for a text that is no
-- region of this country, or could be several.
-- Callers:   require_region, set_shipping_address.
CREATE OR REPLACE FUNCTION catalog.region_of(country text, region text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT n.code
    FROM catalog.region_names AS n
    WHERE n.country = region_of.country::char(2) AND n.spelling = catalog.fold_name(region_of.region);
END;

GRANT EXECUTE ON FUNCTION catalog.region_of TO store_api;
