-- The shipping of an order as its invoice states it, a row for each way in which it is taxed. `no_tax` is the category
-- of an order for which no tax was looked for.
-- Callers:   issue_invoice.
CREATE OR REPLACE FUNCTION billing.parts_of(o sales.orders, no_tax text)
RETURNS billing.invoice_shipping[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(ROW(NULL, p.position, o.account_id, p.amount, p.tax_category, e.reason_code, e.text,
                                  p.tax_rate, p.tax_included, p.tax,
                                  p.amount + CASE WHEN p.tax_included THEN 0 ELSE p.tax END,
                                  p.taxes)::billing.invoice_shipping ORDER BY p.position), '{}')
    FROM (
        SELECT row_number() OVER (ORDER BY s.n)::integer AS position, (s.part ->> 'amount')::bigint AS amount,
               s.part ->> 'tax_category' AS tax_category, (s.part ->> 'exemption_id')::uuid AS exemption_id,
               coalesce((s.part ->> 'tax_rate')::numeric, 0) AS tax_rate,
               coalesce((s.part ->> 'tax_included')::boolean, false) AS tax_included,
               coalesce((s.part ->> 'tax')::bigint, 0) AS tax, coalesce(s.part -> 'taxes', '[]') AS taxes
        FROM jsonb_array_elements(o.shipping_parts) WITH ORDINALITY AS s (part, n)
        WHERE (s.part ->> 'amount')::bigint > 0
        UNION ALL
        SELECT 1, o.shipping, parts_of.no_tax, NULL, 0, false, 0, '[]'
        WHERE o.shipping > 0 AND o.shipping_parts = '[]'
    ) AS p
    LEFT JOIN sales.tax_exemptions AS e ON e.id = p.exemption_id;
$$;
