-- Makes the debit note that cancels the credit note of a refund whose money came back to the shop, once. Idempotent.
-- Callers:   the worker.
-- Locks:     the order, then the series of numbers.
-- Errors:    refund_not_found 404; refund_not_reversed, order_not_paid 409.
CREATE FUNCTION api.issue_debit_note(refund_id uuid)
RETURNS api.issued_invoice
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id   uuid;
    v_note billing.invoices;
BEGIN
    PERFORM identity.authenticate_service('worker');
    v_id := billing.issue_debit_note(issue_debit_note.refund_id);
    SELECT * INTO STRICT v_note FROM billing.invoices AS i WHERE i.id = v_id;
    RETURN ROW(api.render_invoice(v_note),
               EXISTS (SELECT FROM billing.invoice_files AS f WHERE f.invoice_id = v_note.id),
               coalesce(billing.xrechnung_lacks(v_note) = '{}', false))::api.issued_invoice;
END $$;

COMMENT ON FUNCTION api.issue_debit_note IS
'Cancel the credit note of a refund

For the worker: the money of a lost dispute came back. Returns the document, and whether its PDF is stored already.';

GRANT EXECUTE ON FUNCTION api.issue_debit_note TO app_worker;
