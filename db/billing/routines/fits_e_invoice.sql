-- Whether a document can say the truth in EN 16931, the semantic model of Factur-X: what it cannot is printed on the
-- page only.
-- It knows the VAT of the EU, two decimals (BR-DEC), a seller who is identified (BR-9, BR-CO-26), and one tax a
-- line, which it computes again: the tax of each rate may be less than one whole unit of the currency away from that
-- rate of its net amount (BR-S-09). Tax is rounded once per line, so in a currency without decimals, or over very many
-- lines, the difference can be larger. Its other rules are of the categories, named below.
-- Callers:   issue_invoice, issue_credit_note.
CREATE OR REPLACE FUNCTION billing.fits_e_invoice(
    seller billing.sellers, buyer_tax_id text, minor_units integer, lines billing.invoice_items[],
    parts billing.invoice_shipping[]
)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH charged AS (
        SELECT l.tax_category AS category, l.tax_rate AS rate, l.total - l.tax AS net, l.tax, l.taxes,
               coalesce(l.reason_code, l.reason) AS reason
        FROM unnest(fits_e_invoice.lines) AS l
        UNION ALL
        SELECT s.tax_category, s.tax_rate, s.total - s.tax, s.tax, s.taxes, coalesce(s.reason_code, s.reason)
        FROM unnest(fits_e_invoice.parts) AS s
    )
    SELECT fits_e_invoice.minor_units <= 2
       AND coalesce(catalog.in_eu_vat_area(seller.country::text, seller.region, now()), false)
       AND num_nonnulls(seller.registration, seller.vat_id, seller.tax_number) > 0
       AND NOT EXISTS (
           SELECT FROM charged AS c
           WHERE jsonb_array_length(c.taxes) > 1
              OR CASE c.category
                     -- Not subject to tax: nothing else beside it, and no VAT ids (BR-O-02, BR-O-11 to 14).
                     WHEN 'O' THEN num_nonnulls(seller.vat_id, fits_e_invoice.buyer_tax_id) > 0
                                   OR EXISTS (SELECT FROM charged AS x WHERE x.category <> 'O')
                     -- The seller's VAT id, and for a supply to another member state the buyer's (BR-G-02, BR-IC-02).
                     WHEN 'G' THEN seller.vat_id IS NULL OR c.reason IS NULL
                     WHEN 'K' THEN num_nonnulls(seller.vat_id, fits_e_invoice.buyer_tax_id) < 2 OR c.reason IS NULL
                     -- A seller registered for tax (BR-S-02, BR-Z-02, BR-E-02, BR-AE-02); a reason (BR-E-10, BR-AE-10).
                     WHEN 'S' THEN c.rate = 0 OR num_nonnulls(seller.vat_id, seller.tax_number) = 0
                     WHEN 'AE' THEN num_nonnulls(seller.vat_id, seller.tax_number) = 0 OR c.reason IS NULL
                                    OR fits_e_invoice.buyer_tax_id IS NULL
                     WHEN 'E' THEN num_nonnulls(seller.vat_id, seller.tax_number) = 0 OR c.reason IS NULL
                     ELSE num_nonnulls(seller.vat_id, seller.tax_number) = 0
                 END
       )
       AND NOT EXISTS (
           SELECT FROM charged AS c
           GROUP BY c.category, c.rate
           HAVING abs(sum(c.tax) - round(sum(c.net) * c.rate / 100, 2 - fits_e_invoice.minor_units))
                  >= power(10::numeric, fits_e_invoice.minor_units)
       );
$$;
