-- The XRechnung of an order's invoice: customers see their own, customer service sees any.
-- Errors: order_not_found, invoice_not_found (the order was not paid), invoice_not_ready (the worker has not made it
--         yet), xrechnung_not_found 404.
CREATE FUNCTION api.get_invoice_xml(order_id uuid)
RETURNS api.invoice_xml
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_invoice billing.invoices;
BEGIN
    SELECT * INTO v_invoice FROM billing.invoices AS i
    WHERE i.order_id = get_invoice_xml.order_id AND i.kind = 'invoice'
      AND (i.account_id = v_actor OR identity.is_staff());
    IF NOT FOUND THEN
        PERFORM api.refuse_invoice(get_invoice_xml.order_id, v_actor);
    END IF;
    RETURN api.find_xrechnung(v_invoice);
END $$;

COMMENT ON FUNCTION api.get_invoice_xml IS
'Download the invoice of an order as XRechnung

UN/CEFACT XML of the profile XRechnung 3.0, for public bodies in Germany. It is made where the order has a
`buyer_reference` (the Leitweg-ID). Where something is missing for it, such as the telephone number of the seller, the
answer is 404 `xrechnung_not_found`, which tells staff what (`missing`). Always the same bytes.';

GRANT EXECUTE ON FUNCTION api.get_invoice_xml TO app_guest;
