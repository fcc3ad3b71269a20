-- What is left of an order's lines after the discounts of its promotions, each spread over the lines that it applies
-- to; stores what each promotion takes off.
-- Callers:   price_order.
-- Locks:     the uses of the order's promotions; the caller holds the order.
-- Errors:    for a new order those of refuse_promotion.
CREATE OR REPLACE FUNCTION sales.discount_lines(
    "order" sales.orders, product_ids uuid[], amounts bigint[], is_new boolean
)
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_left   bigint[] := discount_lines.amounts;
    v_use    record;
    v_result record;
BEGIN
    FOR v_use IN
        SELECT u.id, u.promotion_id
        FROM sales.promotion_uses AS u
        WHERE u.order_id = "order".id AND u.released_at IS NULL
        ORDER BY u.id
    LOOP
        v_result := sales.evaluate_promotion(v_use.promotion_id, "order".currency::text, discount_lines.product_ids,
                                             v_left);
        IF v_result.reason IS NOT NULL AND discount_lines.is_new THEN
            PERFORM sales.refuse_promotion(v_result.reason, v_result.minimum);
        END IF;
        v_left := ARRAY(SELECT a.amount - a.discount
                        FROM unnest(v_left, v_result.discounts) WITH ORDINALITY AS a (amount, discount, n)
                        ORDER BY a.n);
        UPDATE sales.promotion_uses AS u
        SET discount = v_result.discount
        WHERE u.id = v_use.id AND u.discount <> v_result.discount;
    END LOOP;
    RETURN v_left;
END $$;

GRANT EXECUTE ON FUNCTION sales.discount_lines TO store_api;
