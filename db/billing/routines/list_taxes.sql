-- The taxes of a document: a row for each category, country, region, name, rate and reason, over its lines and its
-- shipping. Country and region say whose tax it is: those of the rate that was charged (the shop's own, for a delivery
-- within the EU below the threshold of distance sales). Regions of the EU have no VAT of their own. The basis is the
-- amount that a tax is computed from; of a compound one it contains the taxes before it. What is not taxed has a row
-- without a name.
-- Callers:   file_taxes, check_invoices, api.render_invoice.
CREATE OR REPLACE FUNCTION billing.list_taxes(document billing.invoices)
RETURNS TABLE (
    "position" integer, category text, country char(2), region text, name text, rate numeric, reason_code text,
    reason text, basis bigint, amount bigint, shipping_basis bigint, shipping_amount bigint
)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH charged AS (
        SELECT false AS shipping, l.position AS n, l.tax_category, l.tax_rate, l.reason_code, l.reason,
               l.total - l.tax AS net, l.tax, l.taxes
        FROM billing.invoice_items AS l WHERE l.invoice_id = document.id
        UNION ALL
        SELECT true, s.position, s.tax_category, s.tax_rate, s.reason_code, s.reason, s.total - s.tax, s.tax, s.taxes
        FROM billing.list_parts(document) AS s
    ), single AS (
        SELECT c.shipping, c.tax_category, t.tax ->> 'country' AS country, t.tax ->> 'region' AS region,
               t.tax ->> 'name' AS name, (t.tax ->> 'rate')::numeric(7, 4) AS rate, c.reason_code, c.reason,
               (t.tax ->> 'amount')::bigint AS amount,
               c.net + CASE WHEN t.tax ->> 'combine' = 'compound'
                            THEN coalesce(sum((t.tax ->> 'amount')::bigint) OVER before, 0) ELSE 0 END AS basis
        FROM charged AS c CROSS JOIN LATERAL jsonb_array_elements(c.taxes) WITH ORDINALITY AS t (tax, n)
        WINDOW before AS (PARTITION BY c.shipping, c.n ORDER BY t.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        UNION ALL
        -- Nothing is charged, or a document from before taxes had names.
        SELECT c.shipping, c.tax_category, coalesce(document.tax_country, document.buyer ->> 'country', s.country),
               CASE WHEN NOT catalog.in_eu_vat_area(document.tax_country::text, document.tax_region,
                                                    document.created_at) THEN document.tax_region END,
               NULL, c.tax_rate, c.reason_code,
               -- Then a document gave the seller's one reason for all that was not taxed.
               CASE WHEN document.shipping_tax_category IS NULL THEN c.reason
                    WHEN c.tax_category <> 'S' THEN s.exemption END,
               c.tax, c.net
        FROM charged AS c CROSS JOIN billing.sellers AS s
        WHERE c.taxes = '[]' AND s.version = document.seller_version
    )
    SELECT (row_number() OVER (ORDER BY s.tax_category, s.rate, s.country, s.region NULLS FIRST, s.name, s.reason_code,
                                        s.reason))::integer,
           s.tax_category, s.country::char(2), s.region, s.name, s.rate, s.reason_code, s.reason,
           sum(s.basis)::bigint, sum(s.amount)::bigint, coalesce(sum(s.basis) FILTER (WHERE s.shipping), 0)::bigint,
           coalesce(sum(s.amount) FILTER (WHERE s.shipping), 0)::bigint
    FROM single AS s
    GROUP BY s.tax_category, s.rate, s.country, s.region, s.name, s.reason_code, s.reason;
$$;

GRANT EXECUTE ON FUNCTION billing.list_taxes TO store_api;
