-- Turns lines into a pending order: pins prices, reserves stock, applies promotions, tax and shipping. All or nothing.
-- Locks:  of a guest, those of lock_guest_orders; an advisory lock of the account's unpaid orders; stock rows, in
--         product order; promotions.
-- Errors: order_empty, line_needs_product_or_bundle, quantity_out_of_range, currency_unknown,
--         product_not_sold_in_currency 422; product_not_found, bundle_not_found, address_not_found 404; out_of_stock,
--         too_many_unpaid_orders, too_many_units_on_hold, total_changed 409; those of place_order;
--         email_required, address_incomplete, address_given_twice, country_unknown, region_unknown 422 and
--         guests_refused 403;
--         shipping_method_required, shipping_method_not_available, shipping_address_required 422.
CREATE FUNCTION api.create_order(
    items api.order_lines, shipping_address_id uuid DEFAULT NULL, promo_code api.short_text DEFAULT NULL,
    currency api.currency DEFAULT 'USD',
    shipping_method_id uuid DEFAULT NULL, buyer_reference api.short_text DEFAULT NULL,
    expected_total api.expected_total DEFAULT NULL, metadata api.metadata DEFAULT NULL,
    email api.email DEFAULT NULL, shipping_address api.delivery_address DEFAULT NULL,
    client_address text DEFAULT NULL
)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_guest CONSTANT boolean := identity.current_audience() = 'guest';
    v_email CONSTANT text := create_order.email;
    v_address    jsonb;
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
    IF create_order.shipping_address IS DISTINCT FROM NULL THEN    -- IS NOT NULL asks every field
        v_address := sales.read_address(to_jsonb(create_order.shipping_address), create_order.shipping_address_id);
    ELSE
        v_address := sales.snapshot_address(create_order.shipping_address_id, v_actor);
    END IF;
    IF v_guest THEN
        PERFORM sales.require_guest_email(v_email), sales.lock_guest_orders(v_email, create_order.client_address);
    END IF;
    v_order_id := sales.place_order(v_actor, create_order.currency, v_products, v_quantities, v_bundles,
                                    v_bundle_quantities,
                                    v_address,
                                    create_order.promo_code, create_order.shipping_method_id,
                                    identity.buyer_tax_id(v_actor, create_order.shipping_address_id),
                                    create_order.buyer_reference, create_order.expected_total,
                                    create_order.metadata, v_metadata, v_email);
    IF v_guest THEN
        PERFORM sales.limit_guest_order(v_order_id, create_order.client_address);
    END IF;
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
them. Merchants see that of their lines.

A guest sends `email`, and `shipping_address` instead of an address of an address book. With `email` the mails about
this order go there instead of to the e-mail of the account. Unpaid orders of guests are also counted by e-mail and by
network.';

GRANT EXECUTE ON FUNCTION api.create_order TO app_guest;
