-- What a document lacks for XRechnung 3.0, which it gets where the buyer gave a reference (BT-10; BR-DE-15): {} if it
-- has everything, NULL if the buyer gave none. It must be an e-invoice, with the seller's telephone and e-mail address
-- (BR-DE-2 to 7, 27; PEPPOL-EN16931-R020), the buyer's e-mail address (PEPPOL-EN16931-R010), a VAT id or tax number
-- unless nothing is subject to tax (BR-DE-16), and the towns and postal codes of both (BR-DE-3, 4, 8 to 11). The rules:
-- https://github.com/itplr-kosit/xrechnung-schematron.
-- Callers:   api.find_xrechnung, api.issue_credit_note, api.issue_debit_note, api.issue_invoice.
CREATE OR REPLACE FUNCTION billing.xrechnung_lacks(document billing.invoices)
RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_remove(ARRAY[
        CASE WHEN NOT document.e_invoice THEN 'e_invoice' END,
        CASE WHEN coalesce(s.phone, '') !~ '([0-9].*){3}' THEN 'seller.phone' END,
        CASE WHEN coalesce(s.email, '') = '' THEN 'seller.email' END,
        CASE WHEN coalesce(s.postal_code, '') = '' THEN 'seller.postal_code' END,
        CASE WHEN coalesce(s.city, '') = '' THEN 'seller.city' END,
        CASE WHEN num_nonnulls(s.vat_id, s.tax_number) = 0
                  AND EXISTS (SELECT FROM billing.invoice_items AS l
                              WHERE l.invoice_id = document.id AND l.tax_category <> 'O')
             THEN 'seller.vat_id' END,
        CASE WHEN coalesce(document.buyer ->> 'email', '') = '' THEN 'buyer.email' END,
        CASE WHEN coalesce(document.buyer ->> 'postal_code', '') = '' THEN 'buyer.postal_code' END,
        CASE WHEN coalesce(document.buyer ->> 'city', '') = '' THEN 'buyer.city' END
    ], NULL)
    FROM billing.sellers AS s
    WHERE s.version = document.seller_version AND document.buyer_reference IS NOT NULL;
$$;

GRANT EXECUTE ON FUNCTION billing.xrechnung_lacks TO store_api;
