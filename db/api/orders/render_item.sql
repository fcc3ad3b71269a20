-- A line of an order as the contract shows it. Not an endpoint: render_order and whoever else answers lines end here.
CREATE FUNCTION api.render_item(i sales.order_items)
RETURNS api.order_item
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    i.id, CASE WHEN NOT i.bundle THEN i.product_id END, CASE WHEN i.bundle THEN i.product_id END, i.sku, i.name, i.quantity, i.unit_price,
    i.price_version, i.discount, i.tax, i.tax_rate, i.tax_included, i.total,
    CASE WHEN i.bundle THEN ARRAY(
        SELECT ROW(c.product_id, c.sku, c.name, c.quantity, c.share)::api.order_component
        FROM sales.order_item_components AS c WHERE c.order_item_id = i.id ORDER BY c.product_id
    ) ELSE '{}' END
)::api.order_item;
