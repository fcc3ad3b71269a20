-- The value of an order's lines, after their discounts, that bear exactly these taxes, whatever their amounts; 0 for no
-- taxes.
-- Callers:   tax_shipping.
CREATE OR REPLACE FUNCTION sales.value_taxed_like(order_id uuid, taxes jsonb)
RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT coalesce(sum(i.unit_price * i.quantity - i.discount), 0)::bigint
    FROM sales.order_items AS i
    WHERE i.order_id = value_taxed_like.order_id AND i.taxes <> '[]'
      AND (SELECT jsonb_agg(t.tax - 'amount' ORDER BY t.n)
           FROM jsonb_array_elements(i.taxes) WITH ORDINALITY AS t (tax, n))
          = (SELECT jsonb_agg(t.tax - 'amount' ORDER BY t.n)
             FROM jsonb_array_elements(value_taxed_like.taxes) WITH ORDINALITY AS t (tax, n))
);

GRANT EXECUTE ON FUNCTION sales.value_taxed_like TO store_api;
