-- Creates a product of the calling merchant, with its first price and its stock.
-- Locks:  the category (key share, by the foreign key).
-- Errors: sku_taken 409, category_not_found 404, currency_unknown 422.
CREATE FUNCTION api.create_product(
    name api.short_text, description api.long_text, sku api.sku, price api.price, currency api.currency,
    stock api.stock_count, category_id uuid DEFAULT NULL, attributes api.attributes DEFAULT '{}',
    images api.image_urls DEFAULT '{}',
    weight api.weight DEFAULT 0, tax_category api.tax_category DEFAULT 'standard',
    requires_shipping boolean DEFAULT true
)
RETURNS api.product
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_product catalog.products;
BEGIN
    PERFORM catalog.require_category(create_product.category_id);
    PERFORM catalog.require_currency(create_product.currency);
    INSERT INTO catalog.products (merchant_id, category_id, sku, name, description, attributes, images, weight,
                                  tax_category, requires_shipping)
    VALUES (v_actor, create_product.category_id, create_product.sku, create_product.name, create_product.description,
            create_product.attributes, create_product.images::text[], coalesce(create_product.weight, 0),
            coalesce(create_product.tax_category, 'standard'), coalesce(create_product.requires_shipping, true))
    RETURNING * INTO v_product;
    INSERT INTO catalog.prices (product_id, currency, version, amount, valid, created_by)
    VALUES (v_product.id, create_product.currency, 1, create_product.price, tstzrange(now(), NULL), v_actor);
    INSERT INTO catalog.stock (product_id, on_hand) VALUES (v_product.id, create_product.stock);
    IF create_product.stock > 0 THEN
        INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, reason, actor_id)
        VALUES (v_product.id, 'adjustment', create_product.stock, 0, 'first stock', v_actor);
    END IF;
    PERFORM messaging.record_event('product.created', NULL, v_actor,
                                   jsonb_build_object('product_id', v_product.id, 'sku', v_product.sku));
    RETURN api.render_product(v_product, create_product.currency);
END $$;

COMMENT ON FUNCTION api.create_product IS
'Create a product

With its first price and its stock. What is not sent by parcel (a download, a ticket) does not `requires_shipping`: an
order of nothing else is delivered when it is paid.';

GRANT EXECUTE ON FUNCTION api.create_product TO app_merchant;
