-- Whether a document may say that a line, or a part of the shipping, bears no tax for a given reason: see
-- check_reasons.
-- Callers:   check_reasons.
CREATE OR REPLACE FUNCTION billing.has_reason(
    invoice_id uuid, shipping boolean, order_item_id uuid, category text, reason_code text, reason text
)
RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_document billing.invoices;
    v_order    sales.orders;
    v_seller   billing.sellers;
    v_line     sales.order_items;
    v_old      boolean;
    v_home     text;
    v_rules    uuid[];
    v_place    sales.tax_place;
BEGIN
    SELECT * INTO STRICT v_document FROM billing.invoices AS i WHERE i.id = has_reason.invoice_id;
    IF v_document.kind <> 'invoice' THEN
        RETURN billing.repeats_reason(v_document.invoice_id, has_reason.shipping, has_reason.order_item_id,
                                      has_reason.category, has_reason.reason_code, has_reason.reason);
    END IF;
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = v_document.order_id;
    SELECT * INTO STRICT v_seller FROM billing.sellers AS s WHERE s.version = v_document.seller_version;
    IF has_reason.shipping THEN
        v_rules := ARRAY(SELECT (p ->> 'exemption_id')::uuid FROM jsonb_array_elements(v_order.shipping_parts) AS p
                         WHERE p ->> 'exemption_id' IS NOT NULL);
        v_old := v_order.shipping_parts = '[]';
    ELSE
        SELECT * INTO v_line FROM sales.order_items AS i
        WHERE i.id = has_reason.order_item_id AND i.order_id = v_order.id;
        v_rules := ARRAY[v_line.exemption_id];
        v_old := v_line.tax_category IS NULL;
    END IF;
    IF num_nonnulls(has_reason.reason_code, has_reason.reason) = 0 THEN
        RETURN CASE has_reason.category
                   WHEN 'Z' THEN true
                   WHEN 'O' THEN v_old OR num_nonnulls(v_seller.vat_id, v_seller.tax_number) = 0
                   WHEN 'E' THEN v_old
                   ELSE false
               END;
    END IF;
    v_home := coalesce((SELECT s.tax_country FROM sales.settings AS s), v_seller.country);
    v_place := sales.find_tax_place(
        v_home, CASE WHEN v_home = v_seller.country THEN catalog.region_of(v_home, v_seller.region) END,
        coalesce(v_document.tax_country::text, v_home), v_document.tax_region, v_document.buyer ->> 'postal_code',
        v_document.buyer ->> 'tax_id',
        CASE WHEN has_reason.shipping
             THEN EXISTS (SELECT FROM sales.order_items AS i WHERE i.order_id = v_order.id AND i.requires_shipping)
             ELSE v_line.requires_shipping END,
        coalesce(v_order.taxed_at, v_order.created_at));
    RETURN EXISTS (
        SELECT FROM sales.tax_exemptions AS e
        WHERE e.id = ANY (v_rules)
          AND e.category = has_reason.category
          AND e.text = has_reason.reason
          AND (e.reason_code = has_reason.reason_code OR num_nonnulls(e.reason_code, has_reason.reason_code) = 0)
          AND e.valid @> coalesce(v_order.taxed_at, v_order.created_at)
          AND (e.category <> 'K' OR v_seller.vat_id IS NOT NULL)
          AND sales.exemption_applies(e, v_place));
END $$;
