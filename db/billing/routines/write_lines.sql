-- Writes the lines of an invoice, a credit note or a debit note.
-- Callers:   issue_invoice, issue_credit_note, issue_debit_note.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION billing.write_lines(invoice_id uuid, lines billing.invoice_items[])
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO billing.invoice_items (invoice_id, position, account_id, order_item_id, sku, name, quantity,
                                       unit_price, discount, tax_category, tax_rate, tax, total, tax_included,
                                       components)
    SELECT write_lines.invoice_id, l.position, l.account_id, l.order_item_id, l.sku, l.name, l.quantity,
           l.unit_price, l.discount, l.tax_category, l.tax_rate, l.tax, l.total, l.tax_included, l.components
    FROM unnest(write_lines.lines) AS l;
$$;
