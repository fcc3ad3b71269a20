-- The shipping of a document, a row for each way in which it is taxed. A document from before shipping was taxed has
-- one category for all of it.
-- Callers:   issue_credit_note, list_taxes, check_invoices, api.render_invoice.
CREATE OR REPLACE FUNCTION billing.list_parts(document billing.invoices)
RETURNS SETOF billing.invoice_shipping
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.* FROM billing.invoice_shipping AS s WHERE s.invoice_id = document.id
    UNION ALL
    SELECT document.id, 1, document.account_id, document.shipping, document.shipping_tax_category, NULL, NULL, 0,
           false, 0, document.shipping, '[]'
    WHERE document.shipping > 0 AND document.shipping_tax_category IS NOT NULL
    ORDER BY 2;
$$;

GRANT EXECUTE ON FUNCTION billing.list_parts TO store_api;
