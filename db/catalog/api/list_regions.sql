-- The regions of a country. One page: no country has more than 221.
-- Errors: country_not_found 404.
CREATE FUNCTION api.list_regions(country api.country)
RETURNS api.region_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM catalog.countries AS c WHERE c.code = list_regions.country::char(2)) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'country_not_found',
            MESSAGE = 'There is no country with this code.', HINT = 'GET /countries lists the countries.';
    END IF;
    RETURN ROW(coalesce(array_agg(ROW(r.code, r.name, r.type, r.parent)::api.region ORDER BY r.name, r.code), '{}'),
               NULL)::api.region_page
    FROM catalog.regions AS r
    WHERE r.country = list_regions.country::char(2);
END $$;

COMMENT ON FUNCTION api.list_regions IS
'List the regions of a country

Their codes (ISO 3166-2) are what addresses and tax rates have as `region`. `parent` is the region that contains this
one, such as a province''s autonomous community.';

GRANT EXECUTE ON FUNCTION api.list_regions TO app_anonymous;
