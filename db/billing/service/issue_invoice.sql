-- Makes the invoice of a paid order, once. Idempotent.
-- Callers:   the worker.
-- Locks:     the order, then the series of numbers.
-- Errors:    order_not_found 404, order_not_paid 409.
CREATE FUNCTION api.issue_invoice(order_id uuid)
RETURNS api.issued_invoice
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id      uuid;
    v_invoice billing.invoices;
BEGIN
    PERFORM identity.authenticate_service('worker');
    v_id := billing.issue_invoice(issue_invoice.order_id);
    SELECT * INTO STRICT v_invoice FROM billing.invoices AS i WHERE i.id = v_id;
    RETURN ROW(api.render_invoice(v_invoice),
               EXISTS (SELECT FROM billing.invoice_files AS f WHERE f.invoice_id = v_invoice.id),
               coalesce(billing.xrechnung_lacks(v_invoice) = '{}', false))::api.issued_invoice;
END $$;

COMMENT ON FUNCTION api.issue_invoice IS
'Make the invoice of an order

For the worker. Returns the document, whether its PDF is stored already, and whether it is wanted as XRechnung.';

GRANT EXECUTE ON FUNCTION api.issue_invoice TO app_worker;
