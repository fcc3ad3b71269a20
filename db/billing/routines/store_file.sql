-- Stores the PDF of an invoice, and its XRechnung if it has one, once, and mails it to the buyer. Storing the same file
-- again changes nothing; a different one is refused.
-- Callers:   api.store_invoice_pdf.
-- Locks:     none: it only inserts.
-- Errors:    invoice_not_found 404, invoice_printed_already 409.
-- Definer:   no other code may write an invoice.
CREATE OR REPLACE FUNCTION billing.store_file(invoice_id uuid, content bytea, xrechnung text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account_id uuid;
BEGIN
    INSERT INTO billing.invoice_files (invoice_id, account_id, content, xrechnung)
    SELECT i.id, i.account_id, store_file.content, store_file.xrechnung
    FROM billing.invoices AS i WHERE i.id = store_file.invoice_id
    ON CONFLICT ON CONSTRAINT invoice_files_pkey DO NOTHING
    RETURNING account_id INTO v_account_id;
    IF FOUND THEN
        PERFORM messaging.enqueue_mail('invoice', v_account_id,
                                       jsonb_build_object('invoice_id', store_file.invoice_id));
    END IF;
    IF NOT EXISTS (SELECT FROM billing.invoices AS i WHERE i.id = store_file.invoice_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'invoice_not_found',
            MESSAGE = 'There is no such invoice.';
    ELSIF NOT EXISTS (SELECT FROM billing.invoice_files AS f
                      WHERE f.invoice_id = store_file.invoice_id AND f.sha256 = sha256(store_file.content)) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'invoice_printed_already',
            MESSAGE = 'This invoice already has a different PDF, which is kept.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION billing.store_file TO store_api;
