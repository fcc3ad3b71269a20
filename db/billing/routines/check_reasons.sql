-- No document states a tax category or a reason whose conditions are not met, whatever the code that writes it does:
--   * S if and only if a rate above 0 applies; all other categories bear no tax, not even one of several;
--   * an invoice's reason is that of the rule which the order's line was sold under, word for word, that was in force
--     then and whose conditions its buyer and destination meet (sales.exemption_applies);
--   * without a rule, Z needs nothing, O a seller who is not registered for tax; E, G, K, AE are refused. Lines from
--     before orders had categories may be E or O, without a reason;
--   * credit notes and debit notes repeat what the document that they correct says.
-- Callers:   triggers on billing.invoice_items and billing.invoice_shipping.
-- Errors:    tax_reason_untrue 409.
CREATE OR REPLACE FUNCTION billing.check_reasons()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_shipping CONSTANT boolean := TG_TABLE_NAME = 'invoice_shipping';
    v_bad      record;
BEGIN
    SELECT d.invoice_id, d.position, d.tax_category, d.reason_code, d.reason INTO v_bad
    FROM (
        SELECT n.invoice_id, n.position, n.tax_category, n.reason_code, n.reason, n.tax_rate, n.tax, n.taxes,
               (to_jsonb(n) ->> 'order_item_id')::uuid AS order_item_id
        FROM new_rows AS n
    ) AS d
    WHERE (d.tax_category = 'S') <> (d.tax_rate > 0)
       OR d.tax_category = 'S' AND num_nonnulls(d.reason_code, d.reason) > 0
       OR d.tax_category = 'Z' AND d.reason_code IS NOT NULL
       OR d.tax_category <> 'S' AND (d.tax <> 0 OR EXISTS (SELECT FROM jsonb_array_elements(d.taxes) AS t
                                                           WHERE (t ->> 'rate')::numeric > 0))
       OR d.tax_category <> 'S' AND NOT billing.has_reason(d.invoice_id, c_shipping, d.order_item_id, d.tax_category,
                                                           d.reason_code, d.reason)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'tax_reason_untrue',
            MESSAGE = 'The document would state a tax category or a reason whose conditions are not met.',
            DETAIL = json_build_object('table', TG_TABLE_NAME, 'invoice_id', v_bad.invoice_id,
                                       'position', v_bad.position, 'tax_category', v_bad.tax_category,
                                       'reason_code', v_bad.reason_code, 'reason', v_bad.reason)::text;
    END IF;
    RETURN NULL;
END $$;
