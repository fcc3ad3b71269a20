-- The invoice of an order: customers see their own, customer service sees any.
-- Errors: order_not_found, invoice_not_found (the order was not paid), invoice_not_ready (the worker has not made it
--         yet) 404.
CREATE FUNCTION api.get_invoice(order_id uuid)
RETURNS api.invoice
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_invoice billing.invoices;
BEGIN
    SELECT * INTO v_invoice FROM billing.invoices AS i
    WHERE i.order_id = get_invoice.order_id AND i.kind = 'invoice' AND (i.account_id = v_actor OR identity.is_staff());
    IF NOT FOUND THEN
        PERFORM api.refuse_invoice(get_invoice.order_id, v_actor);
    END IF;
    RETURN api.render_invoice(v_invoice);
END $$;

COMMENT ON FUNCTION api.get_invoice IS
'Get the invoice of an order

Seller and buyer as they were at the purchase, lines, tax and totals. It is made once, when the order is paid, and never
changes. For a moment after the payment the answer is 404 `invoice_not_ready`, with `Retry-After`.';

GRANT EXECUTE ON FUNCTION api.get_invoice TO app_guest;
