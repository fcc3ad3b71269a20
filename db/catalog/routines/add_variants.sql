-- Adds variants (a list of objects with the fields of api.new_variant) to a product with options, with their first
-- prices and their stock. They have the category and the tax category of their parent; refresh_variants gives them
-- their names.
-- Callers:   api.create_product, api.create_variant.
-- Locks:     none; the caller holds the parent.
-- Errors:    sku_taken, variant_exists, too_many_variants 409; option_values_invalid 422.
CREATE OR REPLACE FUNCTION catalog.add_variants(parent catalog.products, variants jsonb, currency text)
RETURNS uuid[]
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_ids CONSTANT uuid[] := ARRAY(SELECT uuidv7() FROM jsonb_array_elements(variants));
BEGIN
    INSERT INTO catalog.products (id, merchant_id, category_id, sku, name, attributes, images, weight, tax_category,
                                  requires_shipping, parent_id, option_values)
    SELECT v_ids[e.n], parent.merchant_id, parent.category_id, e.v ->> 'sku', parent.name,
           coalesce(nullif(e.v -> 'attributes', 'null'), '{}'),
           ARRAY(SELECT i.url FROM jsonb_array_elements_text(coalesce(nullif(e.v -> 'images', 'null'), '[]'))
                     WITH ORDINALITY AS i (url, n) ORDER BY i.n),
           coalesce((e.v ->> 'weight')::integer, parent.weight), parent.tax_category,
           coalesce((e.v ->> 'requires_shipping')::boolean, parent.requires_shipping), parent.id,
           e.v -> 'option_values'
    FROM jsonb_array_elements(variants) WITH ORDINALITY AS e (v, n) ORDER BY e.n;
    INSERT INTO catalog.prices (product_id, currency, version, amount, valid, created_by)
    SELECT v_ids[e.n], add_variants.currency, 1, (e.v ->> 'price')::bigint, tstzrange(now(), NULL), parent.merchant_id
    FROM jsonb_array_elements(variants) WITH ORDINALITY AS e (v, n);
    INSERT INTO catalog.stock (product_id, on_hand)
    SELECT v_ids[e.n], (e.v ->> 'stock')::bigint
    FROM jsonb_array_elements(variants) WITH ORDINALITY AS e (v, n);
    INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, reason, actor_id)
    SELECT v_ids[e.n], 'adjustment', (e.v ->> 'stock')::bigint, 0, 'first stock', parent.merchant_id
    FROM jsonb_array_elements(variants) WITH ORDINALITY AS e (v, n) WHERE (e.v ->> 'stock')::bigint > 0;
    PERFORM messaging.record_event('product.created', NULL, parent.merchant_id,
                                   jsonb_build_object('product_id', v_ids[e.n], 'sku', e.v ->> 'sku'))
    FROM jsonb_array_elements(variants) WITH ORDINALITY AS e (v, n);
    RETURN v_ids;
END $$;

GRANT EXECUTE ON FUNCTION catalog.add_variants TO store_api;
