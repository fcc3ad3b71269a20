-- All countries. One page: they are 249.
CREATE FUNCTION api.list_countries()
RETURNS api.country_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW(array_agg(ROW(c.code, c.name, coalesce(n.regions, 0), c.region_expected)::api.country_entry
                         ORDER BY c.name), NULL)::api.country_page
    FROM catalog.countries AS c
    LEFT JOIN (SELECT r.country, count(*)::integer AS regions FROM catalog.regions AS r GROUP BY r.country) AS n
        ON n.country = c.code;
END $$;

COMMENT ON FUNCTION api.list_countries IS
'List countries

With the number of regions that an address there can name; `region_expected` says that addresses there usually do.';

GRANT EXECUTE ON FUNCTION api.list_countries TO app_anonymous;
