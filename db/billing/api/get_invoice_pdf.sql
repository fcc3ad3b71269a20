-- The PDF of an order's invoice: customers see their own, customer service sees any.
-- Errors: order_not_found, invoice_not_found (the order was not paid), invoice_not_ready (the worker has not made it
--         yet) 404.
CREATE FUNCTION api.get_invoice_pdf(order_id uuid)
RETURNS api.invoice_pdf
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_pdf   api.invoice_pdf;
BEGIN
    SELECT i.number, encode(f.sha256, 'hex'), encode(f.content, 'base64') INTO v_pdf
    FROM billing.invoices AS i JOIN billing.invoice_files AS f ON f.invoice_id = i.id
    WHERE i.order_id = get_invoice_pdf.order_id
      AND i.kind = 'invoice'
      AND (i.account_id = v_actor OR identity.is_staff());
    IF NOT FOUND THEN
        PERFORM api.refuse_invoice(get_invoice_pdf.order_id, v_actor);
    END IF;
    RETURN v_pdf;
END $$;

COMMENT ON FUNCTION api.get_invoice_pdf IS
'Download the invoice of an order

PDF/A-3 with all fonts embedded, and with Factur-X (EN 16931) if the seller''s country requires it. Always the same
bytes.';

GRANT EXECUTE ON FUNCTION api.get_invoice_pdf TO app_guest;
