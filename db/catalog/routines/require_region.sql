-- The code (ISO 3166-2) of a region of a country, for a region that is given as code or name; NULL for none.
-- Callers:   create_address, update_address.
-- Errors:    country_unknown, region_unknown 422.
CREATE OR REPLACE FUNCTION catalog.require_region(country text, region text)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_code text;
BEGIN
    PERFORM catalog.require_country(require_region.country);
    IF require_region.region IS NULL THEN
        RETURN NULL;
    END IF;
    v_code := catalog.region_of(require_region.country, require_region.region);
    IF v_code IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'region_unknown',
            MESSAGE = format('%s has no region "%s", or several with this name.', require_region.country,
                             require_region.region),
            HINT = format('GET /countries/%s/regions lists the regions and their codes.', require_region.country);
    END IF;
    RETURN v_code;
END $$;

GRANT EXECUTE ON FUNCTION catalog.require_region TO store_api;
