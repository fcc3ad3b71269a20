-- Writes the lines of a document and the parts of its shipping.
-- Callers:   issue_invoice, issue_credit_note, issue_debit_note.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION billing.write_lines(
    invoice_id uuid, lines billing.invoice_items[], parts billing.invoice_shipping[]
)
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO billing.invoice_items (invoice_id, position, account_id, order_item_id, sku, name, quantity,
                                       unit_price, discount, tax_category, tax_rate, tax, total, tax_included,
                                       components, taxes, reason_code, reason)
    SELECT write_lines.invoice_id, l.position, l.account_id, l.order_item_id, l.sku, l.name, l.quantity,
           l.unit_price, l.discount, l.tax_category, l.tax_rate, l.tax, l.total, l.tax_included, l.components,
           l.taxes, l.reason_code, l.reason
    FROM unnest(write_lines.lines) AS l;
    INSERT INTO billing.invoice_shipping (invoice_id, position, account_id, amount, tax_category, reason_code, reason,
                                          tax_rate, tax_included, tax, total, taxes)
    SELECT write_lines.invoice_id, s.position, s.account_id, s.amount, s.tax_category, s.reason_code, s.reason,
           s.tax_rate, s.tax_included, s.tax, s.total, s.taxes
    FROM unnest(write_lines.parts) AS s;
$$;
