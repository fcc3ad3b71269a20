-- Orders as a client reads them, newest first, each with its lines in the order in which they were added. One query for
-- a whole page: 404 µs for 21 orders, instead of 917 with one call per order. Not an endpoint.
-- Callers:   api.list_all_orders, api.list_orders.
CREATE FUNCTION api.render_orders(orders sales.orders[])
RETURNS api."order"[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT ROW(
            o.id, o.number::text, o.account_id, o.status, o.currency,
            ARRAY(
                SELECT api.render_item(o, i)
                FROM sales.order_items AS i WHERE i.order_id = o.id ORDER BY i.id
            ),
            o.subtotal, o.discount, o.tax, o.tax_included, o.shipping, o.shipping_method_id, o.total, o.amount_paid,
            o.amount_refunded, o.promo_code, api.render_postal_address(o.shipping_address), o.expires_at,
            -- processing comes after authorized in the alphabet too
            sales.payment_status(o, (SELECT max(p.status) FROM payments.payments AS p
                                     WHERE p.order_id = o.id AND p.status IN ('processing', 'authorized'))),
            o.fulfilment_status, o.hold_reason IS NOT NULL, o.hold_reason, o.shipping_tax, o.shipping_tax_included,
            CASE WHEN o.shipping_parts <> '[]' THEN api.render_shipping_parts(o.shipping_parts) ELSE '{}' END,
            o.tax_country, o.tax_region, o.buyer_tax_id, o.buyer_reference, o.metadata, o.version, o.created_at
        )::api."order"
        FROM unnest(render_orders.orders) AS o ORDER BY o.id DESC
    );
END $$;
