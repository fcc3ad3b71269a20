-- The public names of merchants: their display name, or else their handle.
-- Callers:   get_product_facets.
-- Definer:   callers may not read accounts; this returns only what product pages show.
CREATE OR REPLACE FUNCTION catalog.merchant_names(ids uuid[])
RETURNS TABLE (id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT a.id, coalesce(a.display_name, a.handle)
    FROM identity.accounts AS a
    WHERE a.id = ANY (merchant_names.ids) AND a.role IN ('merchant', 'admin');
END;

GRANT EXECUTE ON FUNCTION catalog.merchant_names TO store_api;
