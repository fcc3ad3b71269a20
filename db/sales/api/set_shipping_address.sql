-- Changes an order's shipping address to another of the caller's addresses, until it is shipped. Tax and shipping are
-- computed again while the order is pending; a paid order has to stay in its country and region, and on its side of
-- the border of the EU's VAT (some places outside are known by their postal codes only), if they decided its tax or its
-- shipping.
-- Locks:  the order, its payments.
-- Errors: order_not_found, address_not_found 404; order_already_shipped, address_changes_price, order_partly_paid 409;
--         version_stale 412; shipping_method_not_available 422.
CREATE FUNCTION api.set_shipping_address(order_id uuid, address_id uuid, if_match bigint DEFAULT NULL)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order   sales.orders;
    v_address jsonb;
BEGIN
    SELECT * INTO v_order
    FROM sales.orders AS o
    WHERE o.id = set_shipping_address.order_id AND o.account_id = v_actor
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    ELSIF set_shipping_address.if_match <> v_order.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The order has changed since you read it.', HINT = 'Read it again, then repeat your change.';
    ELSIF v_order.status NOT IN ('pending', 'paid') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_already_shipped',
            MESSAGE = format('The order is %s: its address can no longer change.', v_order.status);
    END IF;
    v_address := sales.snapshot_address(set_shipping_address.address_id, v_actor);
    -- An order whose tax was looked for may be free of it just because of where it goes, or who buys.
    IF v_order.status = 'paid' AND (v_order.tax + v_order.shipping > 0 OR v_order.tax_country IS NOT NULL)
        AND ((v_address ->> 'country', v_address ->> 'region',
              identity.buyer_tax_id(v_actor, set_shipping_address.address_id))
                 IS DISTINCT FROM (coalesce(v_order.shipping_address ->> 'country', v_order.tax_country::text),
                                   v_order.shipping_address ->> 'region', v_order.buyer_tax_id)
             OR v_order.tax_country IS NOT NULL
                AND catalog.in_eu_vat_area(v_address ->> 'country', v_address ->> 'region', v_order.created_at,
                                           v_address ->> 'postal_code')
                    <> catalog.in_eu_vat_area(v_address ->> 'country', v_address ->> 'region', v_order.created_at,
                                              v_order.shipping_address ->> 'postal_code'))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'address_changes_price',
            MESSAGE = 'This order is paid: its tax and shipping were computed for the present address.',
            HINT = 'Cancel the order and order anew.';
    END IF;
    UPDATE sales.orders AS o
    SET shipping_address = v_address, buyer_tax_id = CASE o.status
        WHEN 'pending' THEN identity.buyer_tax_id(v_actor, set_shipping_address.address_id) ELSE o.buyer_tax_id END,
        version = o.version + 1
    WHERE o.id = v_order.id;
    IF v_order.status = 'pending' AND sales.price_order(v_order.id) <> v_order.total THEN
        PERFORM sales.require_within_total(v_order.id);
    END IF;
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = v_order.id;
    PERFORM messaging.record_event('order.address_changed', v_order.id, v_actor, sales.order_data(v_order));
    RETURN api.render_order(v_order);
END $$;

COMMENT ON FUNCTION api.set_shipping_address IS
'Change where an order is sent';

GRANT EXECUTE ON FUNCTION api.set_shipping_address TO app_customer;
