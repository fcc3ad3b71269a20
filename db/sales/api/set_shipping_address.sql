-- Changes an order's shipping address to another of the caller's addresses, until it is shipped.
-- Locks:  the order, its payments.
-- Errors: order_not_found, address_not_found 404; version_stale 412; those of change_shipping_address.
CREATE FUNCTION api.set_shipping_address(order_id uuid, address_id uuid, if_match bigint DEFAULT NULL)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
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
    END IF;
    PERFORM sales.change_shipping_address(v_order, sales.snapshot_address(set_shipping_address.address_id, v_actor),
                                          identity.buyer_tax_id(v_actor, set_shipping_address.address_id));
    RETURN api.render_order(o) FROM sales.orders AS o WHERE o.id = v_order.id;
END $$;

COMMENT ON FUNCTION api.set_shipping_address IS
'Change where an order is sent';

GRANT EXECUTE ON FUNCTION api.set_shipping_address TO app_customer;
