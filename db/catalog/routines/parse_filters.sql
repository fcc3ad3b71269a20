-- The filters of a product list (`option.size=M`, `attribute.colour=red`) as the conditions of indexes: the values of a
-- variant, in lower case, and a path that an attribute fulfils, whether it is a text, a number, a boolean or a list.
-- Callers:   api.get_product_facets, api.list_products.
-- Errors:    filter_unknown 422.
CREATE OR REPLACE FUNCTION catalog.parse_filters(filters jsonb, OUT options jsonb, OUT attributes jsonpath)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_unknown text;
BEGIN
    IF parse_filters.filters IS NULL THEN
        RETURN;
    END IF;
    SELECT f.key INTO v_unknown FROM jsonb_object_keys(parse_filters.filters) AS f (key)
    WHERE f.key !~ '^(option|attribute)\..' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'filter_unknown',
            MESSAGE = format('There is no filter %s.', v_unknown),
            HINT = 'option.<name>= and attribute.<name>= are filters.';
    END IF;
    SELECT jsonb_object_agg(lower(substr(f.key, 8)), lower(f.value)) INTO parse_filters.options
    FROM jsonb_each_text(parse_filters.filters) AS f WHERE f.key LIKE 'option.%';
    -- Texts are quoted as in JSON, which a path reads the same; a list is tried element by element.
    SELECT string_agg(format(
               CASE WHEN f.value ~ '^-?(0|[1-9]\d{0,15})(\.\d{1,15})?$' OR f.value IN ('true', 'false')
                    THEN '($.%1$s == %2$s || $.%1$s == %3$s)' ELSE '$.%1$s == %2$s' END,
               to_jsonb(substr(f.key, 11)), to_jsonb(f.value), f.value), ' && ' ORDER BY f.key)::jsonpath
    INTO parse_filters.attributes
    FROM jsonb_each_text(parse_filters.filters) AS f WHERE f.key LIKE 'attribute.%';
END $$;

GRANT EXECUTE ON FUNCTION catalog.parse_filters TO store_api;
