-- The components of a bundle line. Not an endpoint.
-- Callers:   api.render_item.
CREATE FUNCTION api.render_components(order_item_id uuid)
RETURNS api.order_component[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ARRAY(
    SELECT ROW(c.product_id, c.sku, c.name, c.quantity, c.share)::api.order_component
    FROM sales.order_item_components AS c WHERE c.order_item_id = render_components.order_item_id ORDER BY c.product_id
);
