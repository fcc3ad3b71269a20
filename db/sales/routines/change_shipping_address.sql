-- Changes the shipping address of an order that is locked, until it is shipped. Tax and shipping are computed again
-- while the order is pending; a paid order has to stay in its country and region, and on its side of the border of the
-- EU's VAT (some places outside are known by their postal codes only), if they decided its tax or its shipping.
-- Callers:   api.set_shipping_address, api.update_any_order.
-- Locks:     the order's payments. The caller holds the order.
-- Errors:    order_already_shipped, address_changes_price, order_partly_paid 409; shipping_method_not_available 422.
CREATE OR REPLACE FUNCTION sales.change_shipping_address(o sales.orders, address jsonb, buyer_tax_id text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF o.status NOT IN ('pending', 'paid') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_already_shipped',
            MESSAGE = format('The order is %s: its address can no longer change.', o.status);
    END IF;
    -- An order whose tax was looked for may be free of it just because of where it goes, or who buys.
    IF o.status = 'paid' AND (o.tax + o.shipping > 0 OR o.tax_country IS NOT NULL)
        AND ((address ->> 'country', address ->> 'region', change_shipping_address.buyer_tax_id)
                 IS DISTINCT FROM (coalesce(o.shipping_address ->> 'country', o.tax_country::text),
                                   o.shipping_address ->> 'region', o.buyer_tax_id)
             OR o.tax_country IS NOT NULL
                AND catalog.in_eu_vat_area(address ->> 'country', address ->> 'region', o.created_at,
                                           address ->> 'postal_code')
                    <> catalog.in_eu_vat_area(address ->> 'country', address ->> 'region', o.created_at,
                                              o.shipping_address ->> 'postal_code'))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'address_changes_price',
            MESSAGE = 'This order is paid: its tax and shipping were computed for the present address.',
            HINT = 'Cancel the order and order anew.';
    END IF;
    UPDATE sales.orders AS s
    SET shipping_address = address,
        buyer_tax_id = CASE s.status WHEN 'pending' THEN change_shipping_address.buyer_tax_id ELSE s.buyer_tax_id END,
        version = s.version + 1
    WHERE s.id = o.id;
    IF o.status = 'pending' AND sales.price_order(o.id) <> o.total THEN
        PERFORM sales.require_within_total(o.id);
    END IF;
    PERFORM messaging.record_event('order.address_changed', s.id, s.account_id, sales.order_data(s))
    FROM sales.orders AS s WHERE s.id = o.id;
END $$;

GRANT EXECUTE ON FUNCTION sales.change_shipping_address TO store_api;
