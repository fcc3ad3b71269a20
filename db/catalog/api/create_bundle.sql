-- Creates a bundle of the caller's products, with its first price. A bundle has no stock of its own.
-- Locks:  those of add_price_version and set_bundle_items.
-- Errors: sku_taken 409, category_not_found, product_not_found 404, bundle_empty, currency_unknown 422.
CREATE FUNCTION api.create_bundle(
    name api.short_text, sku api.sku, items api.bundle_lines, price api.price, currency api.currency,
    description api.long_text DEFAULT '', category_id uuid DEFAULT NULL, images api.image_urls DEFAULT '{}',
    tax_category api.tax_category DEFAULT 'standard'
)
RETURNS api.bundle
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_bundle catalog.products;
BEGIN
    PERFORM catalog.require_category(create_bundle.category_id);
    INSERT INTO catalog.products (merchant_id, category_id, sku, name, description, images, kind, tax_category)
    VALUES (v_actor, create_bundle.category_id, create_bundle.sku, create_bundle.name,
            coalesce(create_bundle.description, ''), coalesce(create_bundle.images, '{}')::text[], 'bundle',
            coalesce(create_bundle.tax_category, 'standard'))
    RETURNING * INTO v_bundle;
    PERFORM catalog.set_bundle_items(v_bundle.id, v_actor,
                                     ARRAY(SELECT i.product_id FROM unnest(create_bundle.items) AS i),
                                     ARRAY(SELECT i.quantity::integer FROM unnest(create_bundle.items) AS i));
    -- From the beginning of the transaction: later, it would not be in force yet for the answer.
    PERFORM catalog.add_price_version(v_bundle.id, create_bundle.price, create_bundle.currency, now(), v_actor);
    PERFORM messaging.record_event('bundle.created', NULL, v_actor,
                                   jsonb_build_object('bundle_id', v_bundle.id, 'sku', v_bundle.sku));
    SELECT * INTO STRICT v_bundle FROM catalog.products AS p WHERE p.id = v_bundle.id;
    RETURN api.render_bundle(v_bundle, create_bundle.currency);
END $$;

COMMENT ON FUNCTION api.create_bundle IS
'Create a bundle

A set of your products with a price of its own. Its components limit how many can be sold.';

GRANT EXECUTE ON FUNCTION api.create_bundle TO app_merchant;
