-- Makes the credit note of a completed refund, once, and the order's invoice if it is missing. Idempotent.
-- Callers:   the worker.
-- Locks:     the order, then the series of numbers.
-- Errors:    refund_not_found 404; refund_not_completed, order_not_paid 409.
CREATE FUNCTION api.issue_credit_note(refund_id uuid)
RETURNS api.issued_invoice
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id   uuid;
    v_note billing.invoices;
BEGIN
    PERFORM identity.authenticate_service('worker');
    v_id := billing.issue_credit_note(issue_credit_note.refund_id);
    SELECT * INTO STRICT v_note FROM billing.invoices AS i WHERE i.id = v_id;
    RETURN ROW(api.render_invoice(v_note),
               EXISTS (SELECT FROM billing.invoice_files AS f WHERE f.invoice_id = v_note.id),
               coalesce(billing.xrechnung_lacks(v_note) = '{}', false))::api.issued_invoice;
END $$;

COMMENT ON FUNCTION api.issue_credit_note IS
'Make the credit note of a refund

For the worker. Returns the document, whether its PDF is stored already, and whether it is wanted as XRechnung.';

GRANT EXECUTE ON FUNCTION api.issue_credit_note TO app_worker;
