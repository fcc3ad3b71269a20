-- What documents add to billing.tax_totals: their taxes by day (in the time zone of each document) and by everything
-- that a tax report tells apart.
-- Callers:   total_taxes, check_invoices.
CREATE OR REPLACE FUNCTION billing.sum_taxes(documents uuid[])
RETURNS SETOF billing.tax_totals
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH documents AS MATERIALIZED (
        SELECT i.id, (i.created_at AT TIME ZONE i.time_zone)::date AS day, i.kind,
               date_trunc('month', o.created_at AT TIME ZONE o.time_zone)::date AS corrects, i.currency,
               i.minor_units, i.buyer ->> 'country' AS delivered_to, (i.buyer ->> 'tax_id') IS NOT NULL AS business,
               coalesce(i.tax_region, '') AS tax_region, (i.created_at AT TIME ZONE 'Europe/Brussels')::date AS eu_day,
               i.total - i.tax AS turnover, i.tax
        FROM unnest(sum_taxes.documents) AS u (id)
        JOIN billing.invoices AS i ON i.id = u.id
        JOIN billing.invoices AS o ON o.order_id = i.order_id AND o.kind = 'invoice'
    ), services AS MATERIALIZED (    -- what is not shipped, of what is taxed
        SELECT x.id, x.country, x.region, x.name, x.rate, sum(x.basis) AS basis, sum(x.amount) AS amount
        FROM (
            SELECT d.id, t.tax ->> 'country' AS country, t.tax ->> 'region' AS region, t.tax ->> 'name' AS name,
                   (t.tax ->> 'rate')::numeric(7, 4) AS rate, (t.tax ->> 'amount')::bigint AS amount,
                   l.total - l.tax
                   + CASE WHEN t.tax ->> 'combine' = 'compound'
                          THEN coalesce(sum((t.tax ->> 'amount')::bigint) OVER before, 0) ELSE 0 END AS basis
            FROM documents AS d
            JOIN billing.invoice_items AS l ON l.invoice_id = d.id AND l.tax_category = 'S'
            JOIN sales.order_items AS s ON s.id = l.order_item_id AND NOT s.requires_shipping
            CROSS JOIN LATERAL jsonb_array_elements(l.taxes) WITH ORDINALITY AS t (tax, n)
            WINDOW before AS (PARTITION BY d.id, l.position ORDER BY t.n
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            UNION ALL
            SELECT d.id, NULL, NULL, NULL, l.tax_rate, l.tax, l.total - l.tax    -- from before taxes had names
            FROM documents AS d
            JOIN billing.invoice_items AS l ON l.invoice_id = d.id AND l.tax_category = 'S' AND l.taxes = '[]'
            JOIN sales.order_items AS s ON s.id = l.order_item_id AND NOT s.requires_shipping
        ) AS x
        GROUP BY x.id, x.country, x.region, x.name, x.rate
    ), taxed AS MATERIALIZED (
        SELECT d.*, t.position, t.category, t.country, t.region, t.name, t.rate, t.reason_code, t.reason, t.basis,
               t.amount, t.shipping_basis, t.shipping_amount
        FROM documents AS d JOIN billing.invoice_taxes AS t ON t.invoice_id = d.id
    ), areas AS MATERIALIZED (
        SELECT a.*, catalog.in_eu_vat_area(a.country::text, nullif(a.tax_region, ''),
                                           (a.eu_day + time '12:00') AT TIME ZONE 'Europe/Brussels') AS eu
        FROM (SELECT DISTINCT t.country, t.tax_region, t.eu_day FROM taxed AS t WHERE t.category = 'S') AS a
    ), single AS (
        SELECT t.*, coalesce(a.eu, false) AS eu, coalesce(s.basis, 0) AS services_basis,
               coalesce(s.amount, 0) AS services_amount
        FROM taxed AS t
        LEFT JOIN areas AS a
            ON t.category = 'S' AND a.country = t.country AND a.tax_region = t.tax_region AND a.eu_day = t.eu_day
        LEFT JOIN services AS s
            ON t.category = 'S' AND s.id = t.id AND s.rate = t.rate AND s.name IS NOT DISTINCT FROM t.name
               AND (s.name IS NULL OR (s.country, s.region) IS NOT DISTINCT FROM (t.country::text, t.region))
    )
    SELECT s.day,
           md5(jsonb_build_array(s.kind, s.corrects, s.currency, s.minor_units, s.category, s.country, s.region, s.name,
                                 s.rate, s.reason_code, s.reason, s.delivered_to, s.business, s.eu)::text)::uuid,
           s.kind, s.corrects, s.currency, s.minor_units, s.category, s.country, s.region, s.name, s.rate,
           s.reason_code, s.reason, s.delivered_to, s.business, s.eu,
           -- Each document counts once, in the row of its first tax.
           count(*) FILTER (WHERE s.position = 1), coalesce(sum(s.turnover) FILTER (WHERE s.position = 1), 0)::bigint,
           coalesce(sum(s.tax) FILTER (WHERE s.position = 1), 0)::bigint,
           sum(s.basis)::bigint, sum(s.amount)::bigint, sum(s.shipping_basis)::bigint,
           sum(s.shipping_amount)::bigint, sum(s.services_basis)::bigint, sum(s.services_amount)::bigint
    FROM single AS s
    GROUP BY s.day, s.kind, s.corrects, s.currency, s.minor_units, s.category, s.country, s.region, s.name, s.rate,
             s.reason_code, s.reason, s.delivered_to, s.business, s.eu;
$$;

GRANT EXECUTE ON FUNCTION billing.sum_taxes TO store_api;
