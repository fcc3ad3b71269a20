-- A line of an order as a client reads it. It is inlined into the queries that render orders, so it has neither SET nor
-- SECURITY DEFINER nor a query of its own: with them, a line costs 30 µs. Not an endpoint.
-- Callers:   api.get_payment_for_gateway, api.render_order, api.render_orders.
CREATE FUNCTION api.render_item(o sales.orders, i sales.order_items)
RETURNS api.order_item
LANGUAGE sql STABLE
RETURN ROW(
    i.id, CASE WHEN NOT i.bundle THEN i.product_id END, CASE WHEN i.bundle THEN i.product_id END, i.sku, i.name,
    i.quantity, i.unit_price, i.price_version, i.discount, i.tax, i.tax_rate, i.tax_included, i.total,
    CASE WHEN i.bundle THEN api.render_components(i.id) ELSE '{}' END, sales.owed_pieces(o, i), i.tax_category,
    CASE WHEN i.taxes <> '[]' THEN api.render_charged_taxes(i.taxes) ELSE '{}' END,
    CASE WHEN i.exemption_id IS NOT NULL THEN api.render_exemption_reason(i.exemption_id) END,
    i.metadata
)::api.order_item;
