-- An invoice, a credit note or a debit note as a client reads it. It never changes. Not an endpoint.
-- Callers:   api.get_credit_note, api.get_invoice, api.issue_credit_note, api.issue_debit_note, api.issue_invoice,
--            api.list_credit_notes.
CREATE FUNCTION api.render_invoice(i billing.invoices)
RETURNS api.invoice
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_seller    billing.sellers;
    v_corrected billing.invoices;
BEGIN
    SELECT * INTO STRICT v_seller FROM billing.sellers AS s WHERE s.version = i.seller_version;
    SELECT * INTO v_corrected FROM billing.invoices AS c WHERE c.id = i.invoice_id;
    RETURN ROW(
        i.id, i.kind, i.number, i.order_id, (SELECT o.number::text FROM sales.orders AS o WHERE o.id = i.order_id),
        i.refund_id, i.invoice_id, v_corrected.number, (v_corrected.created_at AT TIME ZONE 'UTC')::date,
        (i.created_at AT TIME ZONE 'UTC')::date, (i.paid_at AT TIME ZONE 'UTC')::date, i.currency, i.minor_units,
        ROW(v_seller.name, v_seller.email, v_seller.phone, v_seller.line1, v_seller.line2, v_seller.postal_code,
            v_seller.city, v_seller.region, v_seller.country, v_seller.registration, v_seller.vat_id,
            v_seller.tax_number, v_seller.iban)::api.invoice_seller,
        jsonb_populate_record(NULL::api.invoice_buyer, i.buyer),
        ARRAY(
            SELECT ROW(l.position, l.order_item_id, l.sku, l.name, l.quantity, l.unit_price, l.discount,
                       l.tax_category, trim_scale(l.tax_rate), l.tax_included, l.total - l.tax, l.tax, l.total, ARRAY(
                           SELECT c FROM jsonb_populate_recordset(NULL::api.invoice_component, l.components) AS c
                       ))::api.invoice_item
            FROM billing.invoice_items AS l WHERE l.invoice_id = i.id ORDER BY l.position
        ),
        i.subtotal, i.discount, i.shipping, i.shipping_tax_category, 0, i.tax, i.tax_included,
        ARRAY(
            SELECT ROW(t.category, trim_scale(t.rate), sum(t.basis), sum(t.amount), sum(t.basis + t.amount),
                       CASE WHEN t.category <> 'S' THEN v_seller.exemption END)::api.invoice_tax
            FROM (
                SELECT l.tax_category AS category, l.tax_rate AS rate, l.total - l.tax AS basis, l.tax AS amount
                FROM billing.invoice_items AS l WHERE l.invoice_id = i.id
                UNION ALL
                SELECT i.shipping_tax_category, 0, i.shipping, 0 WHERE i.shipping > 0
            ) AS t
            GROUP BY t.category, t.rate ORDER BY t.category, t.rate
        ),
        i.total, i.total, i.reason, i.e_invoice, i.created_at
    )::api.invoice;
END $$;
