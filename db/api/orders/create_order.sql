-- Turns lines into a pending order: pins prices, reserves stock, computes the total. All or nothing.
-- Locks:  stock rows, in product order.
-- Errors: order_empty, quantity_out_of_range, currency_unknown, product_not_sold_in_currency, promo_code_unknown 422;
--         product_not_found, address_not_found 404; out_of_stock 409.
CREATE FUNCTION api.create_order(
    items api.order_line[], shipping_address_id uuid DEFAULT NULL, promo_code api.short_text DEFAULT NULL, currency api.currency DEFAULT 'USD'
)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_products   uuid[];
    v_quantities bigint[];
    v_order_id   uuid;
BEGIN
    PERFORM sales.refuse_promo_code(create_order.promo_code);
    SELECT array_agg(i.product_id), array_agg(i.quantity) INTO v_products, v_quantities FROM unnest(create_order.items) AS i;
    v_order_id := sales.place_order(v_actor, create_order.currency, v_products, v_quantities,
                                    sales.snapshot_address(create_order.shipping_address_id, v_actor));
    RETURN api.render_order(o) FROM sales.orders AS o WHERE o.id = v_order_id;
END $$;

COMMENT ON FUNCTION api.create_order IS
'Create an order

Reserves stock and pins prices. Duplicate lines are added up. The order waits for a payment until it expires (expires_at).';

GRANT EXECUTE ON FUNCTION api.create_order TO app_customer;
