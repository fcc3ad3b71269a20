-- The XRechnung of a credit note, or of the debit note that cancels one: customers see their own, customer service sees
-- any.
-- Errors: credit_note_not_found, invoice_not_ready (the worker has not made it yet), xrechnung_not_found 404.
CREATE FUNCTION api.get_credit_note_xml(credit_note_id uuid)
RETURNS api.invoice_xml
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_note  billing.invoices;
BEGIN
    SELECT * INTO v_note FROM billing.invoices AS i
    WHERE i.id = get_credit_note_xml.credit_note_id AND i.kind IN ('credit_note', 'debit_note')
      AND (i.account_id = v_actor OR identity.is_staff());
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'credit_note_not_found',
            MESSAGE = 'There is no such credit note.';
    END IF;
    RETURN api.find_xrechnung(v_note);
END $$;

COMMENT ON FUNCTION api.get_credit_note_xml IS
'Download a credit note as XRechnung

Like an invoice: where the order has a `buyer_reference`.';

GRANT EXECUTE ON FUNCTION api.get_credit_note_xml TO app_customer;
