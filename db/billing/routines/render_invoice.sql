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
        i.refund_id, i.invoice_id, v_corrected.number,
        (v_corrected.created_at AT TIME ZONE v_corrected.time_zone)::date,
        (i.created_at AT TIME ZONE i.time_zone)::date, (i.paid_at AT TIME ZONE i.time_zone)::date, i.currency,
        i.minor_units,
        ROW(v_seller.name, v_seller.email, v_seller.phone, v_seller.line1, v_seller.line2, v_seller.postal_code,
            v_seller.city, v_seller.region, v_seller.country, v_seller.registration, v_seller.vat_id,
            v_seller.tax_number, v_seller.iban)::api.invoice_seller,
        jsonb_populate_record(NULL::api.invoice_buyer,
                              i.buyer || jsonb_build_object('reference', i.buyer_reference)),
        ARRAY(
            SELECT ROW(l.position, l.order_item_id, l.sku, l.name, l.quantity, l.unit_price, l.discount,
                       l.tax_category, trim_scale(l.tax_rate), l.tax_included, l.total - l.tax, l.tax, l.total,
                       ARRAY(SELECT c FROM jsonb_populate_recordset(NULL::api.invoice_component, l.components) AS c),
                       api.render_charged_taxes(l.taxes),
                       l.reason_code, l.reason)::api.invoice_item
            FROM billing.invoice_items AS l WHERE l.invoice_id = i.id ORDER BY l.position
        ),
        i.subtotal, i.discount, i.shipping, i.shipping_tax,
        ARRAY(
            SELECT ROW(s.amount, s.total - s.tax, s.tax, s.total, s.tax_category, trim_scale(s.tax_rate),
                       s.tax_included,
                       api.render_charged_taxes(s.taxes),
                       s.reason_code, s.reason)::api.invoice_shipping
            FROM billing.list_parts(i) AS s ORDER BY s.position
        ),
        i.tax, i.tax_included,
        ARRAY(
            SELECT ROW(t.category, t.name, trim_scale(t.rate), t.basis, t.amount, t.basis + t.amount, t.reason_code,
                       t.reason)::api.invoice_tax
            FROM billing.list_taxes(i) AS t ORDER BY t.position
        ),
        i.total, i.total, i.reason, i.e_invoice, i.language, i.tax_country, i.created_at
    )::api.invoice;
END $$;
