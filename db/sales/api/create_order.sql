-- Turns lines into a pending order: pins prices, reserves stock, applies promotions, tax and shipping. All or nothing.
-- Locks:  an advisory lock of the account's unpaid orders; stock rows, in product order; promotions.
-- Errors: order_empty, line_needs_product_or_bundle, quantity_out_of_range, currency_unknown,
--         product_not_sold_in_currency 422; product_not_found, bundle_not_found, address_not_found 404; out_of_stock,
--         too_many_unpaid_orders, too_many_units_on_hold, total_changed 409; those of place_order;
--         shipping_method_required, shipping_method_not_available, shipping_address_required 422.
CREATE FUNCTION api.create_order(
    items api.order_lines, shipping_address_id uuid DEFAULT NULL, promo_code api.short_text DEFAULT NULL,
    currency api.currency DEFAULT 'USD',
    shipping_method_id uuid DEFAULT NULL, buyer_reference api.short_text DEFAULT NULL,
    expected_total api.expected_total DEFAULT NULL, metadata api.metadata DEFAULT NULL
)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_line     api.order_line;
    v_order_id uuid;
    v_products   uuid[] := '{}';
    v_quantities bigint[] := '{}';
    v_bundles           uuid[] := '{}';
    v_bundle_quantities bigint[] := '{}';
    v_metadata          jsonb;    -- of lines, by product
BEGIN
    FOREACH v_line IN ARRAY coalesce(create_order.items::api.order_line[], '{}') LOOP
        IF v_line.product_id IS NOT NULL AND v_line.bundle_id IS NULL THEN
            v_products := v_products || v_line.product_id;
            v_quantities := v_quantities || v_line.quantity::bigint;
        ELSIF v_line.bundle_id IS NOT NULL AND v_line.product_id IS NULL THEN
            v_bundles := v_bundles || v_line.bundle_id;
            v_bundle_quantities := v_bundle_quantities || v_line.quantity::bigint;
        ELSE
            PERFORM sales.require_one_id(ARRAY[v_line.product_id], ARRAY[v_line.bundle_id]);
        END IF;
        IF v_line.metadata IS NOT NULL THEN
            v_metadata := sales.add_line_metadata(
                v_metadata, coalesce(v_line.product_id, v_line.bundle_id), v_line.metadata);
        END IF;
    END LOOP;
    v_order_id := sales.place_order(v_actor, create_order.currency, v_products, v_quantities, v_bundles,
                                    v_bundle_quantities,
                                    sales.snapshot_address(create_order.shipping_address_id, v_actor),
                                    create_order.promo_code, create_order.shipping_method_id,
                                    identity.buyer_tax_id(v_actor, create_order.shipping_address_id),
                                    create_order.buyer_reference, create_order.expected_total,
                                    create_order.metadata, v_metadata);
    RETURN api.render_order(o) FROM sales.orders AS o WHERE o.id = v_order_id;
END $$;

COMMENT ON FUNCTION api.create_order IS
'Create an order

Reserves stock and pins prices. Duplicate lines are added up; a bundle and a line of its component together need the
stock of both. The order can be paid until it expires (`expires_at`). The shop limits how many unpaid orders an account
can have, and how many pieces they can hold together. `promo_code` may be several codes separated by
commas if all of them can be combined. `buyer_reference` appears on the invoice: public bodies need it (in Germany the
Leitweg-ID). The tax id of the address, or else of the account, is stored on the order.

Send the total that the buyer was shown as `expected_total`: if a price, a tax or the postage has changed since, there
is no order, and the problem has the new `total`. `metadata` of the order and of its lines is stored and shown with
them. Merchants see that of their lines.';

GRANT EXECUTE ON FUNCTION api.create_order TO app_customer;
