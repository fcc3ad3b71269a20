-- Writes discount, taxes and total of an order's lines, whose values after the discounts are given. A product without a
-- treatment (treat_tax) is untaxed and undecided, as are all where no tax law was looked for. Each line is rounded
-- alone or, if the shop's setting says so, together with the lines before it that are taxed alike.
-- Callers:   price_order.
-- Locks:     the lines; the caller holds the order.
CREATE OR REPLACE FUNCTION sales.tax_lines(
    "order" sales.orders, item_ids uuid[], product_ids uuid[], gross bigint[], amounts bigint[]
)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_together boolean;
BEGIN
    IF "order".tax_country IS NULL THEN
        UPDATE sales.order_items AS i
        SET discount = l.gross - l.amount, tax = 0, tax_rate = 0, tax_included = false, tax_category = NULL,
            exemption_id = NULL, taxes = '[]', total = l.amount
        FROM unnest(tax_lines.item_ids, tax_lines.gross, tax_lines.amounts) AS l (id, gross, amount)
        WHERE i.id = l.id
          AND (i.discount, i.tax, i.tax_rate, i.tax_category, i.total)
              IS DISTINCT FROM (l.gross - l.amount, 0, 0, NULL, l.amount);
        RETURN;
    END IF;
    SELECT s.tax_rounding = 'document' INTO STRICT v_together FROM sales.settings AS s;
    WITH treated AS (
        SELECT l.id, l.gross, l.amount, t.tax_category, t.exemption_id, coalesce(t.rates, '{}') AS rates,
               CASE WHEN v_together THEN coalesce(sum(l.amount) OVER (
                   PARTITION BY CASE WHEN v_together THEN
                       ARRAY(SELECT ROW(r.country, r.region, r.name, r.rate, r.included, r.combine)::text
                             FROM unnest(t.rates) AS r) END
                   ORDER BY l.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) ELSE 0 END::bigint AS before
        FROM unnest(tax_lines.item_ids, tax_lines.product_ids, tax_lines.gross, tax_lines.amounts)
             AS l (id, product_id, gross, amount)
        LEFT JOIN sales.treat_tax("order", tax_lines.product_ids) AS t ON t.product_id = l.product_id
    ), taxed AS (
        SELECT l.id, l.gross - l.amount AS discount, l.tax_category, l.exemption_id, c.tax, c.tax_rate, c.tax_included,
               c.taxes, l.amount + CASE WHEN c.tax_included THEN 0 ELSE c.tax END AS total
        FROM treated AS l CROSS JOIN LATERAL sales.charge_tax(l.amount, l.rates, l.before) AS c
    )
    UPDATE sales.order_items AS i
    SET discount = t.discount, tax = t.tax, tax_rate = t.tax_rate, tax_included = t.tax_included,
        tax_category = t.tax_category, exemption_id = t.exemption_id, taxes = t.taxes, total = t.total
    FROM taxed AS t
    WHERE i.id = t.id
      AND (i.discount, i.tax, i.tax_rate, i.tax_included, i.tax_category, i.exemption_id, i.taxes, i.total)
          IS DISTINCT FROM
          (t.discount, t.tax, t.tax_rate, t.tax_included, t.tax_category, t.exemption_id, t.taxes, t.total);
END $$;

GRANT EXECUTE ON FUNCTION sales.tax_lines TO store_api;
