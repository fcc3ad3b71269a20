-- Refuses a change of fields that a product, a parent or a variant does not have.
-- Callers:   api.update_product.
-- Errors:    field_of_parent, options_required, option_values_invalid 422.
CREATE OR REPLACE FUNCTION catalog.require_own_fields(
    kind text, is_variant boolean, options integer, option_values boolean, shared boolean
)
RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF is_variant AND (options IS NOT NULL OR shared) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'field_of_parent',
            MESSAGE = 'A variant has its name, category, tax category and options from the product it belongs to.',
            HINT = 'Change that product.';
    ELSIF kind = 'parent' AND options = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'options_required',
            MESSAGE = 'A product with options keeps at least one.';
    ELSIF option_values AND NOT is_variant THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'option_values_invalid',
            MESSAGE = 'Only a variant has values of options.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.require_own_fields TO store_api;
