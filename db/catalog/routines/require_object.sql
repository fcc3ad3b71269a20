-- Refuses attributes that are not a JSON object, or larger than 64 KiB.
-- Callers:   api.create_product, api.update_product.
-- Errors:    attributes_not_an_object 422.
CREATE OR REPLACE FUNCTION catalog.require_object(attributes jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF jsonb_typeof(require_object.attributes) <> 'object' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'attributes_not_an_object',
            MESSAGE = 'attributes must be an object.';
    ELSIF pg_column_size(require_object.attributes) > 65536 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'attributes_too_large',
            MESSAGE = 'attributes can have at most 64 KiB.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.require_object TO store_api;
