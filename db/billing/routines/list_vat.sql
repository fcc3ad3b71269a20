-- What a document charges at rates above 0, line by line and with the parts of its shipping: country, rate, and whether
-- goods are sent or services supplied.
-- Callers:   api.report_oss_taxes.
CREATE OR REPLACE FUNCTION billing.list_vat(document billing.invoices)
RETURNS TABLE (supply text, country text, name text, rate numeric, net bigint, tax bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH charged AS (
        SELECT CASE WHEN o.requires_shipping IS NOT FALSE THEN 'goods' ELSE 'services' END AS supply, l.tax_rate,
               l.total - l.tax AS net, l.tax, l.taxes
        FROM billing.invoice_items AS l LEFT JOIN sales.order_items AS o ON o.id = l.order_item_id
        WHERE l.invoice_id = document.id AND l.tax_category = 'S'
        UNION ALL
        SELECT 'goods', s.tax_rate, s.total - s.tax, s.tax, s.taxes
        FROM billing.invoice_shipping AS s WHERE s.invoice_id = document.id AND s.tax_category = 'S'
    )
    SELECT c.supply, t.tax ->> 'country', t.tax ->> 'name', (t.tax ->> 'rate')::numeric(7, 4), c.net,
           (t.tax ->> 'amount')::bigint
    FROM charged AS c CROSS JOIN LATERAL jsonb_array_elements(c.taxes) AS t (tax)
    UNION ALL
    -- A document from before taxes had names: the rates were those of the buyer's country.
    SELECT c.supply, coalesce(document.buyer ->> 'country', s.country), NULL, c.tax_rate, c.net, c.tax
    FROM charged AS c CROSS JOIN billing.sellers AS s
    WHERE c.taxes = '[]' AND s.version = document.seller_version;
$$;

GRANT EXECUTE ON FUNCTION billing.list_vat TO store_api;
