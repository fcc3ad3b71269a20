-- Adds pieces to a product's stock or removes them, with the reason.
-- Locks:  the product's stock row.
-- Errors: product_not_found 404, stock_below_reserved 409, stock_out_of_range 409, variant_required 422.
CREATE FUNCTION api.adjust_stock(product_id uuid, delta api.stock_delta, reason api.short_text)
RETURNS api.stock_level
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_product catalog.products;
    v_stock   catalog.stock;
BEGIN
    v_product := catalog.lock_own_product(adjust_stock.product_id, v_actor);
    IF v_product.kind = 'parent' THEN
        PERFORM catalog.require_variant(v_product.id);
    END IF;
    v_stock := catalog.lock_stock(v_product.id);
    IF v_stock.on_hand + adjust_stock.delta < v_stock.reserved THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'stock_below_reserved',
            MESSAGE = format('%s of the %s pieces are reserved for orders.', v_stock.reserved, v_stock.on_hand),
            HINT = 'Take away fewer, or cancel orders first.',
            DETAIL = json_build_object('on_hand', v_stock.on_hand, 'reserved', v_stock.reserved)::text;
    END IF;
    UPDATE catalog.stock AS s
    SET on_hand = s.on_hand + adjust_stock.delta
    WHERE s.product_id = v_product.id
    RETURNING * INTO v_stock;
    INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, reason, actor_id)
    VALUES (v_product.id, 'adjustment', adjust_stock.delta, 0, adjust_stock.reason, v_actor);
    PERFORM messaging.record_event('stock.adjusted', NULL, v_actor,
        jsonb_build_object('product_id', v_product.id, 'sku', v_product.sku, 'delta', adjust_stock.delta,
                           'on_hand', v_stock.on_hand, 'reserved', v_stock.reserved));
    RETURN ROW(
        v_stock.product_id, v_stock.on_hand, v_stock.reserved, v_stock.on_hand - v_stock.reserved
    )::api.stock_level;
END $$;

COMMENT ON FUNCTION api.adjust_stock IS
'Adjust the stock of a product

`delta` is the number of pieces that arrived (positive) or left (negative). The stock cannot go below what is
reserved.';

GRANT EXECUTE ON FUNCTION api.adjust_stock TO app_merchant;
