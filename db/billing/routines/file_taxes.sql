-- Records the taxes of a document for reports, and books their sum between the shop's sales and what it owes to tax
-- offices: to them with an invoice, back with a credit note, and to them again with the debit note that cancels it. So
-- documents and ledger agree to the unit. The transfer names the document.
-- Callers:   issue_invoice, issue_credit_note, issue_debit_note, file_documents, in the transaction of the document.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION billing.file_taxes(document billing.invoices)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_sales uuid;
    v_tax   uuid;
BEGIN
    INSERT INTO billing.invoice_taxes (invoice_id, position, account_id, category, country, region, name, rate,
                                       reason_code, reason, basis, amount, shipping_basis, shipping_amount)
    SELECT document.id, t.position, document.account_id, t.category, t.country, t.region, t.name, t.rate,
           t.reason_code, t.reason, t.basis, t.amount, t.shipping_basis, t.shipping_amount
    FROM billing.list_taxes(document) AS t;
    IF document.tax = 0 THEN
        RETURN;
    END IF;
    v_sales := ledger.open_account('sales', document.currency);
    v_tax := ledger.open_account('tax', document.currency);
    -- Without the refund: when its money comes back (ledger.reverse_refund), the documents say what becomes of the tax.
    IF document.kind = 'credit_note' THEN
        PERFORM ledger.post_transfer(v_tax, v_sales, document.tax, 'tax_returned', order_id => document.order_id,
                                     reason => document.number);
    ELSE
        PERFORM ledger.post_transfer(
            v_sales, v_tax, document.tax, CASE document.kind WHEN 'invoice' THEN 'tax' ELSE 'tax_returned_reversed' END,
            order_id => document.order_id, reason => document.number);
    END IF;
END $$;
