-- Whether a document says the same reason for the same line, or for its shipping, so that a note that corrects it may
-- repeat it. Lines from before refunds had lines, and shipping from before it was taxed, have no reason.
-- Callers:   has_reason.
CREATE OR REPLACE FUNCTION billing.repeats_reason(
    invoice_id uuid, shipping boolean, order_item_id uuid, category text, reason_code text, reason text
)
RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF repeats_reason.shipping THEN
        RETURN EXISTS (
            SELECT FROM billing.invoice_shipping AS s
            WHERE s.invoice_id = repeats_reason.invoice_id AND s.tax_category = repeats_reason.category
              AND (s.reason_code, s.reason) IS NOT DISTINCT FROM (repeats_reason.reason_code, repeats_reason.reason)
        ) OR repeats_reason.reason IS NULL AND NOT EXISTS (
            SELECT FROM billing.invoice_shipping AS s WHERE s.invoice_id = repeats_reason.invoice_id);
    ELSIF repeats_reason.order_item_id IS NULL THEN
        RETURN repeats_reason.reason IS NULL;
    END IF;
    RETURN EXISTS (
        SELECT FROM billing.invoice_items AS l
        WHERE l.invoice_id = repeats_reason.invoice_id AND l.order_item_id = repeats_reason.order_item_id
          AND l.tax_category = repeats_reason.category
          AND (l.reason_code, l.reason) IS NOT DISTINCT FROM (repeats_reason.reason_code, repeats_reason.reason));
END $$;
