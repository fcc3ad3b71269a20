-- How an order's shipping is taxed: like the goods that it carries, split over their treatments by their values after
-- the discounts (by quantity if they cost nothing), exact to the unit; or as the category that its method names. Goods
-- are the lines that need shipping, or all if none does. Each part is taxed once, and rounded together with the lines
-- that are taxed like it if the shop's setting says so.
-- Callers:   price_order, after tax_lines; "order" has the new shipping and tax law.
-- Returns:   the parts as in orders.shipping_parts, the tax, and the part of it that is inside the price.
CREATE OR REPLACE FUNCTION sales.tax_shipping(
    "order" sales.orders, OUT parts jsonb, OUT tax bigint, OUT included bigint
)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_together boolean;
    v_category text;
    v_part     record;
    v_charged  record;
BEGIN
    parts := '[]';
    tax := 0;
    included := 0;
    IF "order".tax_country IS NULL OR "order".shipping = 0 THEN
        RETURN;
    END IF;
    SELECT s.tax_rounding = 'document' INTO STRICT v_together FROM sales.settings AS s;
    SELECT m.tax_category INTO v_category FROM sales.shipping_methods AS m WHERE m.id = "order".shipping_method_id;
    FOR v_part IN
        SELECT t.tax_category, t.exemption_id, t.rates, coalesce(t.rates[1].included, false) AS tax_included,
               "order".shipping AS amount
        FROM sales.treat_category("order", v_category, true) AS t WHERE v_category IS NOT NULL
        UNION ALL
        SELECT s.tax_category, s.exemption_id,
               ARRAY(SELECT r FROM jsonb_populate_recordset(NULL::sales.tax_rates, s.taxes) AS r), s.tax_included,
               s.amount
        FROM sales.split_shipping("order") AS s WHERE v_category IS NULL
    LOOP
        v_charged := sales.charge_tax(v_part.amount, v_part.rates);
        IF v_together THEN
            v_charged := sales.charge_tax(v_part.amount, v_part.rates,
                                          sales.value_taxed_like("order".id, v_charged.taxes));
        END IF;
        parts := parts || jsonb_build_object(
            'tax_category', v_part.tax_category, 'exemption_id', v_part.exemption_id,
            'tax_rate', trim_scale(v_charged.tax_rate), 'tax_included', v_part.tax_included,
            'amount', v_part.amount, 'tax', v_charged.tax, 'taxes', v_charged.taxes);
        tax := tax + v_charged.tax;
        included := included + CASE WHEN v_part.tax_included THEN v_charged.tax ELSE 0 END;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION sales.tax_shipping TO store_api;
