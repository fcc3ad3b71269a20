-- Creates a product of the calling merchant, with its first price and its stock; or with options, and variants that
-- have prices and stock.
-- Locks:  the category (key share, by the foreign key).
-- Errors: sku_taken, variant_exists, option_twice 409, category_not_found 404, currency_unknown, price_required,
--         options_required, variant_required, option_values_invalid 422.
CREATE FUNCTION api.create_product(
    name api.short_text, description api.long_text, sku api.sku, price api.price DEFAULT NULL,
    currency api.currency DEFAULT NULL, stock api.stock_count DEFAULT NULL, category_id uuid DEFAULT NULL,
    attributes api.attributes DEFAULT '{}', images api.image_urls DEFAULT '{}',
    weight api.weight DEFAULT 0, tax_category api.tax_category DEFAULT 'standard',
    requires_shipping boolean DEFAULT true, options api.product_options DEFAULT NULL,
    variants api.new_variants DEFAULT NULL
)
RETURNS api.product
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_parent CONSTANT boolean := coalesce(cardinality(create_product.options), 0) > 0;
    v_product catalog.products;
BEGIN
    PERFORM catalog.require_category(create_product.category_id);
    PERFORM catalog.require_product_fields(v_parent, create_product.price, create_product.currency,
                                           create_product.stock, coalesce(cardinality(create_product.variants), 0));
    INSERT INTO catalog.products (merchant_id, category_id, sku, name, description, attributes, images, weight,
                                  tax_category, requires_shipping, kind)
    VALUES (v_actor, create_product.category_id, create_product.sku, create_product.name, create_product.description,
            create_product.attributes, create_product.images::text[], coalesce(create_product.weight, 0),
            coalesce(create_product.tax_category, 'standard'), coalesce(create_product.requires_shipping, true),
            CASE WHEN v_parent THEN 'parent' ELSE 'product' END)
    RETURNING * INTO v_product;
    PERFORM messaging.record_event('product.created', NULL, v_actor,
                                   jsonb_build_object('product_id', v_product.id, 'sku', v_product.sku));
    IF v_parent THEN
        PERFORM catalog.set_options(v_product.id, to_jsonb(create_product.options));
        PERFORM catalog.add_variants(v_product, coalesce(to_jsonb(create_product.variants), '[]'),
                                     create_product.currency);
        PERFORM catalog.refresh_variants(v_product.id);
        RETURN api.render_product(v_product, create_product.currency);
    END IF;
    INSERT INTO catalog.prices (product_id, currency, version, amount, valid, created_by)
    VALUES (v_product.id, create_product.currency, 1, create_product.price, tstzrange(now(), NULL), v_actor);
    INSERT INTO catalog.stock (product_id, on_hand) VALUES (v_product.id, create_product.stock);
    IF create_product.stock > 0 THEN
        INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, reason, actor_id)
        VALUES (v_product.id, 'adjustment', create_product.stock, 0, 'first stock', v_actor);
    END IF;
    RETURN api.render_product(v_product, create_product.currency);
END $$;

COMMENT ON FUNCTION api.create_product IS
'Create a product

With its first price and its stock. What is not sent by parcel (a download, a ticket) does not `requires_shipping`: an
order of nothing else is delivered when it is paid.

A product that comes in sizes or colours has `options` instead: 3 at most, and up to 500 `variants`, which may be sent
at once, with one `currency`, or added later. A variant has an SKU, prices and stock of its own, under the same paths as
a product; it is what is put into carts and sold.';

GRANT EXECUTE ON FUNCTION api.create_product TO app_merchant;
