-- An order's shipping, split over the ways in which the goods that it carries are taxed: by running shares, rounded, so
-- that no unit is lost. Parts of less than half a unit are left out.
-- Callers:   tax_shipping.
CREATE OR REPLACE FUNCTION sales.split_shipping("order" sales.orders)
RETURNS TABLE (tax_category text, exemption_id uuid, tax_included boolean, taxes jsonb, amount bigint)
LANGUAGE plpgsql STABLE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH goods AS (
        SELECT i.id, i.tax_category, i.exemption_id, i.tax_included, i.quantity, i.requires_shipping,
               i.unit_price * i.quantity - i.discount AS value,
               -- what makes a treatment: the taxes without their amounts
               coalesce((SELECT jsonb_agg(t.tax - 'amount' ORDER BY t.n)
                         FROM jsonb_array_elements(i.taxes) WITH ORDINALITY AS t (tax, n)), '[]') AS taxes
        FROM sales.order_items AS i WHERE i.order_id = "order".id
    ), sent AS (
        SELECT g.*, row_number() OVER (ORDER BY g.id) AS n FROM goods AS g
        WHERE g.requires_shipping OR NOT EXISTS (SELECT FROM goods AS o WHERE o.requires_shipping)
    ), treatments AS (
        SELECT s.tax_category, s.exemption_id, s.tax_included, s.taxes, min(s.n) AS n,
               CASE WHEN sum(sum(s.value)) OVER () > 0 THEN sum(s.value) ELSE sum(s.quantity) END AS weight
        FROM sent AS s GROUP BY s.tax_category, s.exemption_id, s.tax_included, s.taxes
    ), running AS (
        SELECT t.*, sum(t.weight) OVER (ORDER BY t.n) AS reached, sum(t.weight) OVER () AS whole FROM treatments AS t
    ), parts AS (
        SELECT r.*, (round("order".shipping * r.reached / r.whole)
                     - round("order".shipping * (r.reached - r.weight) / r.whole))::bigint AS amount
        FROM running AS r
    )
    SELECT p.tax_category, p.exemption_id, p.tax_included, p.taxes, p.amount
    FROM parts AS p WHERE p.amount > 0 ORDER BY p.n;
END $$;

GRANT EXECUTE ON FUNCTION sales.split_shipping TO store_api;
