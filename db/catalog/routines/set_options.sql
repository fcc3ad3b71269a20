-- Sets the options of a product. The option in the same place keeps its variants: its name and the order of its values
-- may change, values may be added, and values that no variant has may be removed. Options come and go only while there
-- are no variants.
-- Callers:   api.create_product, api.update_product.
-- Locks:     none; the caller holds the product.
-- Errors:    option_in_use, option_value_in_use, option_twice 409; option_values_invalid 422.
CREATE OR REPLACE FUNCTION catalog.set_options(product_id uuid, options jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_old  CONSTANT text[] := ARRAY(SELECT o.name FROM catalog.product_options AS o
                                    WHERE o.product_id = set_options.product_id ORDER BY o.position);
    v_sold CONSTANT boolean := EXISTS (SELECT FROM catalog.products AS v
                                       WHERE v.parent_id = set_options.product_id AND v.deleted_at IS NULL);
    v_used record;
BEGIN
    IF EXISTS (SELECT FROM jsonb_array_elements(set_options.options) AS o
               WHERE (SELECT count(*) <> count(DISTINCT lower(v.value)) OR count(*) = 0
                      FROM jsonb_array_elements_text(o -> 'values') AS v))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'option_values_invalid',
            MESSAGE = 'An option has at least one value, and each value once.';
    END IF;
    IF v_sold AND jsonb_array_length(set_options.options) <> cardinality(v_old) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'option_in_use',
            MESSAGE = 'A product that has variants keeps the number of its options.',
            HINT = 'Delete its variants first, or create another product.';
    END IF;
    SELECT o.name, v.option_values ->> v_old[o.position] AS value INTO v_used
    FROM catalog.products AS v
    CROSS JOIN (SELECT e.option ->> 'name' AS name, e.option -> 'values' AS "values", e.position
                FROM jsonb_array_elements(set_options.options) WITH ORDINALITY AS e (option, position)) AS o
    WHERE v_sold AND v.parent_id = set_options.product_id AND v.deleted_at IS NULL
      AND NOT o."values" ? (v.option_values ->> v_old[o.position])
    ORDER BY o.position, v.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'option_value_in_use',
            MESSAGE = format('There is a variant with %s %s.', v_used.name, v_used.value),
            HINT = 'Delete that variant, or change its value, first.';
    END IF;
    DELETE FROM catalog.product_options AS o WHERE o.product_id = set_options.product_id;
    INSERT INTO catalog.product_options (product_id, position, name, "values")
    SELECT set_options.product_id, e.position, e.option ->> 'name',
           ARRAY(SELECT v.value FROM jsonb_array_elements_text(e.option -> 'values') WITH ORDINALITY AS v (value, n)
                 ORDER BY v.n)
    FROM jsonb_array_elements(set_options.options) WITH ORDINALITY AS e (option, position);
    -- A new name is the variants' key as well.
    IF v_sold AND v_old <> ARRAY(SELECT o.name FROM catalog.product_options AS o
                                 WHERE o.product_id = set_options.product_id ORDER BY o.position) THEN
        UPDATE catalog.products AS v
        SET option_values = (SELECT jsonb_object_agg(o.name, v.option_values -> v_old[o.position])
                             FROM catalog.product_options AS o WHERE o.product_id = v.parent_id),
            version = v.version + 1
        WHERE v.parent_id = set_options.product_id AND v.deleted_at IS NULL;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.set_options TO store_api;
