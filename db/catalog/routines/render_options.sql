-- The options of a product, in their order, as a client reads them. Not an endpoint.
-- Callers:   api.render_product, api.render_products.
CREATE FUNCTION api.render_options(product_id uuid)
RETURNS api.product_option[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT ROW(o.name, o."values")::api.product_option FROM catalog.product_options AS o
                 WHERE o.product_id = render_options.product_id ORDER BY o.position);
END $$;
