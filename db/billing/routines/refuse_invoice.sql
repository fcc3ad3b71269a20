-- Raises the error that says why an order has no invoice or no PDF. Not an endpoint.
-- Callers:   api.get_invoice, api.get_invoice_pdf.
-- Errors:    order_not_found, invoice_not_found, invoice_not_ready 404.
CREATE FUNCTION api.refuse_invoice(order_id uuid, actor uuid)
RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order sales.orders;
BEGIN
    SELECT * INTO v_order FROM sales.orders AS o
    WHERE o.id = refuse_invoice.order_id AND (o.account_id = refuse_invoice.actor OR identity.is_staff());
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    ELSIF v_order.paid_at IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'invoice_not_found',
            MESSAGE = 'This order has no invoice yet: it is made when the order is paid.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'invoice_not_ready',
        MESSAGE = 'The invoice is not ready yet.', HINT = 'Try again in a few seconds.', DETAIL = '{"retry_after": 2}';
END $$;
