-- What people call a region, for documents and labels: 'California' for 'US-CA'. A text that is no code stays as it is.
-- Callers:   sales.read_address.
CREATE OR REPLACE FUNCTION catalog.region_name(region text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce((SELECT r.name FROM catalog.regions AS r WHERE r.code = region_name.region), region_name.region);
END;

GRANT EXECUTE ON FUNCTION catalog.region_name TO store_api;
