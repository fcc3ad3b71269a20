-- Raises an error if a category is given that does not exist.
-- Callers:   the functions that take a category.
-- Errors:    category_not_found 404.
CREATE OR REPLACE FUNCTION catalog.require_category(category_id uuid)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF require_category.category_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM catalog.categories AS c WHERE c.id = require_category.category_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'category_not_found',
            MESSAGE = 'There is no such category.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.require_category TO store_api;
