-- One credit note, or the debit note that cancels one: customers see their own, customer service sees any.
-- Errors: credit_note_not_found 404.
CREATE FUNCTION api.get_credit_note(credit_note_id uuid)
RETURNS api.invoice
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_note  billing.invoices;
BEGIN
    SELECT * INTO v_note FROM billing.invoices AS i
    WHERE i.id = get_credit_note.credit_note_id
      AND i.kind IN ('credit_note', 'debit_note')
      AND (i.account_id = v_actor OR identity.is_staff());
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'credit_note_not_found',
            MESSAGE = 'There is no such credit note.';
    END IF;
    RETURN api.render_invoice(v_note);
END $$;

COMMENT ON FUNCTION api.get_credit_note IS
'Get a credit note

Or the debit note that cancels one, by its id.';

GRANT EXECUTE ON FUNCTION api.get_credit_note TO app_customer;
