-- Stores the PDF of an invoice or a credit note, and its XRechnung if it has one, once. Storing the same file again
-- changes nothing.
-- Callers:   the worker.
-- Errors:    invoice_not_found 404, invoice_printed_already 409.
CREATE FUNCTION api.store_invoice_pdf(invoice_id uuid, content text, xrechnung text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    PERFORM billing.store_file(store_invoice_pdf.invoice_id, decode(store_invoice_pdf.content, 'base64'),
                               store_invoice_pdf.xrechnung);
END $$;

COMMENT ON FUNCTION api.store_invoice_pdf IS
'Store the PDF of an invoice

For the worker. `content` is base64, `xrechnung` is XML.';

GRANT EXECUTE ON FUNCTION api.store_invoice_pdf TO app_worker;
