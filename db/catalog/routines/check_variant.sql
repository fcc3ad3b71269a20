-- Trigger: a variant belongs to a product with options of the same merchant and has one of the values of each option.
-- A product has at most 500 variants.
-- Callers:   trigger check_variant on catalog.products.
-- Locks:     the parent, so that variants are counted, and options changed, one after the other.
-- Errors:    option_values_invalid 422, too_many_variants 409, product_not_found 404.
-- Definer:   it locks the parent, whichever columns the writer may change.
CREATE OR REPLACE FUNCTION catalog.check_variant()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_options jsonb;
BEGIN
    PERFORM FROM catalog.products AS p
    WHERE p.id = new.parent_id AND p.merchant_id = new.merchant_id AND p.kind = 'parent' AND p.deleted_at IS NULL
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM catalog.refuse_product(new.parent_id, false);
    END IF;
    v_options := (SELECT jsonb_object_agg(o.name, to_jsonb(o.values)) FROM catalog.product_options AS o
                  WHERE o.product_id = new.parent_id);
    IF jsonb_typeof(new.option_values) <> 'object'
        OR (SELECT count(*) FROM jsonb_object_keys(v_options)) <> (SELECT count(*)
                                                                   FROM jsonb_object_keys(new.option_values))
        OR EXISTS (SELECT FROM jsonb_each(new.option_values) AS v
                   WHERE jsonb_typeof(v.value) <> 'string' OR v_options -> v.key @> v.value IS NOT TRUE)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'option_values_invalid',
            MESSAGE = 'A variant has one of the values of each option, and nothing else.',
            DETAIL = json_build_object('options', v_options)::text;
    END IF;
    IF TG_OP = 'INSERT' AND (SELECT count(*) >= 500 FROM catalog.products AS v
                             WHERE v.parent_id = new.parent_id AND v.deleted_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'too_many_variants',
            MESSAGE = 'A product has at most 500 variants.';
    END IF;
    RETURN new;
END $$;
