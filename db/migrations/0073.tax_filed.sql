-- depends: 0072.exemptions
-- The taxes of documents that were issued before documents recorded and booked them: reports and the ledger would begin
-- in the middle of a quarter. Documents that are issued while this runs follow with the functions
-- (billing.file_documents).

-- Whose tax it is. Null: the country is not known.
ALTER TABLE billing.invoice_taxes
    ADD COLUMN country char(2),
    ADD COLUMN region text;

INSERT INTO billing.invoice_taxes (invoice_id, position, account_id, category, country, rate, reason, basis, amount,
                                   shipping_basis, shipping_amount)
SELECT t.invoice_id, row_number() OVER (PARTITION BY t.invoice_id ORDER BY t.category, t.rate), t.account_id,
       t.category, t.country, t.rate, CASE WHEN t.category <> 'S' THEN t.exemption END, t.basis, t.amount, t.shipping, 0
FROM (
    SELECT i.id AS invoice_id, i.account_id, p.category, p.rate, s.exemption,
           coalesce(i.buyer ->> 'country', s.country) AS country, sum(p.basis) AS basis, sum(p.amount) AS amount,
           sum(p.shipping) AS shipping
    FROM billing.invoices AS i
    JOIN billing.sellers AS s ON s.version = i.seller_version
    CROSS JOIN LATERAL (
        SELECT l.tax_category AS category, l.tax_rate AS rate, l.total - l.tax AS basis, l.tax AS amount, 0 AS shipping
        FROM billing.invoice_items AS l WHERE l.invoice_id = i.id
        UNION ALL
        SELECT i.shipping_tax_category, 0, i.shipping, 0, i.shipping WHERE i.shipping > 0
    ) AS p
    WHERE i.shipping_tax_category IS NOT NULL
    GROUP BY i.id, i.account_id, p.category, p.rate, s.exemption, s.country
) AS t;

INSERT INTO ledger.accounts (kind, currency)
SELECT k.kind, c.currency
FROM (SELECT DISTINCT i.currency FROM billing.invoices AS i WHERE i.tax > 0) AS c,
     (VALUES ('sales'), ('tax')) AS k (kind)
ON CONFLICT ON CONSTRAINT ledger_account_twice DO NOTHING;
INSERT INTO ledger.transfers (debit_account, credit_account, amount, currency, kind, order_id, reason)
SELECT CASE i.kind WHEN 'credit_note' THEN t.id ELSE s.id END, CASE i.kind WHEN 'credit_note' THEN s.id ELSE t.id END,
       i.tax, i.currency,
       CASE i.kind WHEN 'invoice' THEN 'tax' WHEN 'credit_note' THEN 'tax_returned' ELSE 'tax_returned_reversed' END,
       i.order_id, i.number
FROM billing.invoices AS i
JOIN ledger.accounts AS s ON s.owner_id IS NULL AND s.kind = 'sales' AND s.currency = i.currency
JOIN ledger.accounts AS t ON t.owner_id IS NULL AND t.kind = 'tax' AND t.currency = i.currency
WHERE i.tax > 0
ORDER BY i.id;
