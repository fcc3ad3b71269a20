-- How an order's shipping is taxed, as a client reads it. Not an endpoint.
-- Callers:   api.render_order, api.render_orders.
CREATE FUNCTION api.render_shipping_parts(parts jsonb)
RETURNS api.shipping_part[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ARRAY(
    SELECT ROW(p.amount, p.tax, p.tax_rate, p.tax_included, p.tax_category, api.render_charged_taxes(p.taxes),
               api.render_exemption_reason(p.exemption_id))::api.shipping_part
    FROM ROWS FROM (jsonb_to_recordset(render_shipping_parts.parts) AS (
        amount bigint, tax bigint, tax_rate numeric, tax_included boolean, tax_category text, taxes jsonb,
        exemption_id uuid)) WITH ORDINALITY AS p (
        amount, tax, tax_rate, tax_included, tax_category, taxes, exemption_id, n)
    ORDER BY p.n
);
