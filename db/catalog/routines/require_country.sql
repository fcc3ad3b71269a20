-- Raises an error if a country does not exist. NULL passes.
-- Callers:   require_region; replace_seller, update_settings.
-- Errors:    country_unknown 422.
CREATE OR REPLACE FUNCTION catalog.require_country(country text)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM catalog.countries AS c WHERE c.code = require_country.country::char(2))
        AND require_country.country IS NOT NULL
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'country_unknown',
            MESSAGE = format('There is no country with the code %s.', require_country.country),
            HINT = 'GET /countries lists the countries.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.require_country TO store_api;
