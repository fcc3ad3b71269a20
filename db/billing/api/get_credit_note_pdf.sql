-- The PDF of a credit note, or of the debit note that cancels one: customers see their own, customer service sees any.
-- Errors: credit_note_not_found, invoice_not_ready (the worker has not made the PDF yet) 404.
CREATE FUNCTION api.get_credit_note_pdf(credit_note_id uuid)
RETURNS api.invoice_pdf
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_pdf   api.invoice_pdf;
BEGIN
    SELECT i.number, encode(f.sha256, 'hex'), encode(f.content, 'base64') INTO v_pdf
    FROM billing.invoices AS i LEFT JOIN billing.invoice_files AS f ON f.invoice_id = i.id
    WHERE i.id = get_credit_note_pdf.credit_note_id
      AND i.kind IN ('credit_note', 'debit_note')
      AND (i.account_id = v_actor OR identity.is_staff());
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'credit_note_not_found',
            MESSAGE = 'There is no such credit note.';
    ELSIF v_pdf.content IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'invoice_not_ready',
            MESSAGE = 'The PDF of this credit note is not ready yet.',
            HINT = 'Try again in a few seconds.',
            DETAIL = '{"retry_after": 2}';
    END IF;
    RETURN v_pdf;
END $$;

COMMENT ON FUNCTION api.get_credit_note_pdf IS
'Download a credit note

PDF/A-3, like an invoice. Always the same bytes.';

GRANT EXECUTE ON FUNCTION api.get_credit_note_pdf TO app_customer;
