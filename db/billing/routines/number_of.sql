-- The number of a document, as it is printed.
-- Callers:   issue_invoice, issue_credit_note, issue_debit_note.
CREATE OR REPLACE FUNCTION billing.number_of(kind text, year integer, sequence bigint)
RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
RETURN CASE number_of.kind WHEN 'invoice' THEN 'INV-' WHEN 'credit_note' THEN 'CN-' ELSE 'DN-' END
    || number_of.year || '-'
    || lpad(number_of.sequence::text, greatest(6, length(number_of.sequence::text)), '0');
